/** What is known of a run at any moment, so that any failure can report what was sent and what was recorded (P7-E2). */
import type { CommandResult } from '../control-plane/request/result.ts';
import { EXIT, resultExitCode, type ExitCode } from './exit-codes.ts';
import type { Progress } from './interrupts.ts';

/** Filled in as the run goes on. While it is empty, nothing was asked and nothing was sent. */
export interface RunState {
  progress?: Progress;
  /** How the command ended. After that, only showing the result is left. */
  result?: CommandResult;
}

/** The last lines and the exit code when the program itself failed, or when its result could not be written. */
export interface BrokenOff {
  readonly lines: readonly string[];
  readonly code: ExitCode;
}

/** The program itself failed: says how far the request came, according to the records of this run. */
export function brokenOff({ progress, result }: RunState, error: unknown): BrokenOff {
  const cause = error instanceof Error ? error.message : String(error);
  if (result !== undefined)
    return {
      lines: [`The result could not be shown: ${cause}.`, endSentence(result)],
      code: notShownCode(resultExitCode(result)),
    };
  const failed = `aerodb-control itself failed: ${cause}.`;
  if (progress?.end !== undefined)
    return {
      lines: [
        failed,
        `The request ${progress.requestId} was sent once, and how it ended is recorded in the audit ` +
          `log: ${progress.end}.`,
      ],
      code: EXIT.notShown,
    };
  return progress?.sent === true
    ? {
        lines: [
          failed,
          `OUTCOME UNKNOWN: the request ${progress.requestId} was sent once; the kernel's state is ` +
            'authoritative. The audit log holds its intent and no outcome (P7-E2).',
        ],
        code: EXIT.outcomeUnknown,
      }
    : { lines: [failed, 'Nothing was sent that could change anything.'], code: EXIT.validation };
}

/** Standard output took less than the whole result. */
export function notWritten({ result }: RunState, cause: string, code: ExitCode): BrokenOff {
  return {
    lines: [
      `Standard output could not be written (${cause}): the output is not complete.`,
      ...(result === undefined ? [] : [endSentence(result)]),
    ],
    code: notShownCode(code),
  };
}

/** Keeps the exit code of a failed command: only a success becomes "not shown". */
function notShownCode(code: ExitCode): ExitCode {
  return code === EXIT.done ? EXIT.notShown : code;
}

function endSentence(result: CommandResult): string {
  const { requestId, recorded } = result;
  const where =
    recorded.position === null
      ? `its end is NOT RECORDED: ${recorded.cause}`
      : `its end is audit record ${recorded.position.seq.toString()}`;
  return `Request ${requestId}: ${END_WORDS[result.kind === 'failed' ? result.error.outcome : result.kind]}; ${where}`;
}

const END_WORDS = {
  answered: 'the kernel was read and has answered',
  executed: 'the kernel executed it',
  not_executed: 'not executed',
  unknown: "OUTCOME UNKNOWN; the kernel's state is authoritative",
} as const;
