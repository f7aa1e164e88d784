/** Reads the files of a reconstruction, each once. The caller passes the readers and what the engines prove. */
import type { Past } from '../control-plane/engine.ts';
import type { AuditFileVerification, AuditPiece } from '../control-plane/model/audit-file.ts';
import { failure, refusal, success, type Result } from '../control-plane/model/errors.ts';
import { LogCollector, type CollectedLog } from './collect.ts';
import { evidenceIn } from './evidence.ts';
import { sizeOf } from './histories.ts';
import type { NamedEvidence } from './lane.ts';
import { MOST_ENTRIES, MOST_SOURCES, TooMuch } from './limits.ts';
import type { Asked } from './model.ts';
import type { Given } from './reconstruct.ts';

/** One file: the text of an evidence file, or a function that passes on the pieces of a log file. */
export type GivenFile =
  | { readonly is: 'evidence'; readonly name: string; readonly text: string }
  | {
      readonly is: 'log';
      readonly name: string;
      readonly read: (take: (piece: AuditPiece) => void) => Promise<AuditFileVerification>;
    };

/** Reads all files. Refuses a file that is no evidence, is of an unknown engine, or holds too much. */
export async function gather(
  files: readonly GivenFile[],
  asked: Asked,
  pastOf: (kind: string) => Promise<Past | null>,
): Promise<Result<Given>> {
  const logs: CollectedLog[] = [];
  const evidence: NamedEvidence[] = [];
  const add = async (name: string, text: string): Promise<Result<null>> => {
    const read = evidenceIn(name, text);
    if (!read.ok) return read;
    const past = await pastOf(read.value.cluster.kind);
    if (past === null)
      return refused(`${name} is an answer of an engine that is not known here ("${read.value.cluster.kind}").`);
    evidence.push({ name, evidence: read.value, past });
    return success(null);
  };
  for (const file of files) {
    if (file.is === 'evidence') {
      const added = await add(file.name, file.text);
      if (!added.ok) return added;
      continue;
    }
    const taken = await collected(file, asked);
    if (!taken.ok) return taken;
    logs.push(taken.value.log);
    for (const carried of taken.value.carried) {
      const added = await add(`${file.name}, ${carried.name}`, carried.text);
      if (!added.ok) return added;
    }
  }
  const { events, sources } = sizeOf(evidence);
  if (events > MOST_ENTRIES) return refused(`More than ${MOST_ENTRIES} events are given.`);
  if (sources > MOST_SOURCES) return refused(`Answers of more than ${MOST_SOURCES} histories are given.`);
  return success({ asked, logs, evidence });
}

interface Collected {
  readonly log: CollectedLog;
  readonly carried: readonly { readonly name: string; readonly text: string }[];
}

async function collected({ name, read }: Extract<GivenFile, { is: 'log' }>, asked: Asked): Promise<Result<Collected>> {
  const collector = new LogCollector(asked);
  const carried: { readonly name: string; readonly text: string }[] = [];
  let tooMuch: TooMuch | undefined;
  const { form, verdict, tolerated } = await read(piece => {
    if (tooMuch !== undefined) return;
    try {
      if (piece.is === 'evidence') carried.push(piece);
      else collector.take(piece);
    } catch (error) {
      // The reader would report what is thrown here as its own failure, so it is kept and checked afterwards.
      if (!(error instanceof TooMuch)) throw error;
      tooMuch = error;
    }
  });
  return tooMuch === undefined
    ? success({ log: collector.end(name, form, verdict, tolerated), carried })
    : refused(`${name}: ${tooMuch.message}. Name a request, or a shorter period.`);
}

function refused(message: string): Result<never> {
  return failure(refusal('PHASE7_MALFORMED_REQUEST', `${message} Nothing was reconstructed.`, 'with'));
}
