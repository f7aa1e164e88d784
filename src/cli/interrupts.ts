/**
 * Ctrl-C, hang-up and termination while a confirmed command runs. Before the dispatch they end the request, with
 * a record; after it nothing can be taken back, so the kernel's answer is awaited and recorded (P7-E2, P7-F2).
 */
import type { AuditLog } from '../control-plane/ports.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { EXIT } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDS: readonly Stage[] = ['command_executed', 'kernel_rejected', 'outcome_unknown', 'dispatch_failed'];

/** How far the one control request of this process is, as far as its own records say. */
export class Progress {
  #sent = false;
  #collecting = false;
  #requestId = '';
  #end: Stage | undefined;

  /** Whether a request may be at the kernel, its outcome not yet recorded. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Whether diagnostics may be under way: confirmed, and not answered yet. */
  get collecting(): boolean {
    return this.#collecting;
  }

  get requestId(): string {
    return this.#requestId;
  }

  /** How the control request that was sent ended, once that is recorded. */
  get end(): Stage | undefined {
    return this.#end;
  }

  /** The same log, watched: an intent on disk means that from now on a byte may be out. */
  watch(log: AuditLog): AuditLog {
    return {
      append: async entry => {
        const position = await log.append(entry);
        this.#collecting = entry.stage === 'confirmation_given' && entry.command === 'run_diagnostics';
        if (entry.stage === 'dispatch_intent') {
          this.#sent = true;
          this.#requestId = entry.request_id ?? '';
        } else if (this.#sent && ENDS.includes(entry.stage)) {
          this.#sent = false;
          this.#end = entry.stage;
        }
        return position;
      },
    };
  }
}

/** What an interruption can do; every part is a port of the session. */
export interface Interruptible {
  readonly progress: Progress;
  /** Ends the open question; `false` when none is open. */
  readonly question: (signal: string) => boolean;
  /** Voids what is pending, so that no later step is taken. */
  readonly end: () => void;
  readonly say: (line: string) => void;
  readonly exit: (code: number) => void;
}

/** Handles the signals until the returned function is called. */
export function handleInterrupts({ progress, question, end, say, exit }: Interruptible): () => void {
  let before = 0;
  const handler = (signal: NodeJS.Signals): void => {
    if (progress.sent) {
      before += 1;
      if (before === 1) {
        say(`${signal}: the request was already sent and cannot be taken back. Waiting for the kernel's answer.`);
        return;
      }
      say(
        `${signal}: not waiting any longer. OUTCOME UNKNOWN: the kernel's state is authoritative; the request ` +
          `is ${progress.requestId}. The audit log holds its intent and no outcome.`,
      );
      exit(EXIT.outcomeUnknown);
    } else if (!question(signal)) {
      before += 1;
      end();
      if (before === 1) {
        say(
          progress.collecting
            ? `${signal}: the collection of diagnostics was confirmed and may be under way. It changes nothing; ` +
                'its answer is awaited.'
            : `${signal}: nothing was sent, and nothing will be.`,
        );
        return;
      }
      release();
      process.kill(process.pid, signal);
    }
  };
  const release = (): void => SIGNALS.forEach(signal => void process.off(signal, handler));
  for (const signal of SIGNALS) process.on(signal, handler);
  return release;
}
