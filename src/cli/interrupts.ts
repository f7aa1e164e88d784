/**
 * Ctrl-C, hang-up and termination while a confirmed command runs. Before the dispatch they end the request and this is
 * recorded. After it nothing can be taken back, so the program waits for the kernel's answer and records it (P7-E2,
 * P7-F2).
 */
import type { AuditLog } from '../control-plane/ports.ts';
import type { Stage } from '../control-plane/model/record.ts';
import { EXIT } from './exit-codes.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ENDS: readonly Stage[] = ['command_executed', 'kernel_rejected', 'outcome_unknown', 'dispatch_failed'];

/** How far the one control request of this process has come, according to its own records. */
export class Progress {
  #sent = false;
  #collecting = false;
  #requestId = '';
  #end: Stage | undefined;

  /** Whether a request may have reached the kernel and its outcome is not recorded yet. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Whether diagnostics may be running: confirmed, and not answered yet. */
  get collecting(): boolean {
    return this.#collecting;
  }

  get requestId(): string {
    return this.#requestId;
  }

  /** How the sent control request ended, once its end is recorded. */
  get end(): Stage | undefined {
    return this.#end;
  }

  /** Returns the same log, but follows what is written: once an intent is on disk, bytes may have been sent. */
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

/** What an interruption can do. Each part is a port of the session. */
export interface Interruptible {
  readonly progress: Progress;
  /** Ends the open question; `false` when none is open. */
  readonly question: (signal: string) => boolean;
  /** Voids the pending confirmation, so that no later step runs. */
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
