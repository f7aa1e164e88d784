/** `audit reconstruct`: one timeline from several logs and histories. Contacts nobody and changes nothing. */
import { givenFile, logFile } from '../../audit/given-file.ts';
import { writeFileWhole } from '../../audit/whole-file.ts';
import type { EventHistory } from '../../control-plane/engine.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import { ENGINES } from '../../engines/registry.ts';
import { gather, type GivenFile } from '../../reconstruction/gather.ts';
import { reconstructionHtml } from '../../reconstruction/html.ts';
import type { ReconstructionQuery, Reconstruction } from '../../reconstruction/model.ts';
import { reconstruct } from '../../reconstruction/reconstruct.ts';
import { visible } from '../../text/foreign.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { notAPath } from '../files.ts';
import { reconstructionJson } from '../json.ts';
import type { Output } from '../output.ts';
import { first, type GivenOptions } from '../given.ts';
import { periodIn } from '../selection.ts';
import { paintFor } from '../text/paint.ts';
import { reconstructionText } from '../text/reconstruction.ts';
import { VERSION } from '../version.ts';
import { codeOf, type Review } from './review.ts';

/** Reads the given files, reconstructs the timeline, and prints it or writes it. */
export async function runReconstruct({
  reader,
  given,
  output,
  env,
  json,
  recordReading,
}: Review): Promise<Result<ExitCode>> {
  const asked = askedIn(given);
  if (!asked.ok) return asked;
  const target = first(given, 'html');
  const names = [reader.path, ...(given.with ?? [])];
  const misplaced = [
    ...(given.with ?? []).map(file => notAPath('with', file)),
    ...(target === undefined ? [] : [notAPath('html', target)]),
  ];
  const wrong = misplaced.find(error => error !== undefined);
  if (wrong !== undefined) return failure(wrong);
  await recordReading(names);
  const files = await givenFiles(reader.path, given.with ?? []);
  if (!files.ok) return files;
  const gathered = await gather(files.value, asked.value, pastOf);
  if (!gathered.ok) return gathered;
  const shown = reconstruct(gathered.value);
  const code = shown.isSound ? EXIT.done : EXIT.verificationFailed;
  if (target !== undefined) {
    const written = await writeHtml(target, shown);
    if (!written.ok) return written;
    output.err([`Written to ${visible(target)}.`]);
  }
  if (json) await print(reconstructionJson(shown, code), output);
  else if (target === undefined) await print(reconstructionText(shown, paintFor(process.stdout, env)), output);
  return success(code);
}

/** Hands a long text over in batches, and stops as soon as the reader has gone. */
async function print(lines: Iterable<string>, output: Output): Promise<void> {
  let batch: string[] = [];
  for (const line of lines) {
    if (batch.push(line) < BATCH) continue;
    if (!(await output.stream(batch))) return;
    batch = [];
  }
  if (batch.length > 0) await output.stream(batch);
}

async function* batches(pieces: Iterable<string>): AsyncGenerator<string> {
  let batch: string[] = [];
  for (const piece of pieces) {
    if (batch.push(piece) < BATCH) continue;
    yield await Promise.resolve(batch.join(''));
    batch = [];
  }
  yield batch.join('');
}

/** Number of lines, or rows, that are written at once. */
const BATCH = 256;

/** The requests, cluster and period that the options name; everything when they name nothing. */
function askedIn(given: GivenOptions): Result<ReconstructionQuery> {
  const period = periodIn(given);
  if (!period.ok) return period;
  return success({
    requestId: first(given, 'request-id') ?? null,
    cluster: first(given, 'cluster') ?? null,
    since: period.value.since ?? null,
    until: period.value.until ?? null,
  });
}

async function givenFiles(log: string, others: readonly string[]): Promise<Result<readonly GivenFile[]>> {
  const files: GivenFile[] = [logFile(log)];
  for (const file of others) {
    try {
      files.push(await givenFile(file));
    } catch (error) {
      return failure(
        refusal(
          'PHASE7_MALFORMED_REQUEST',
          `${file} cannot be read: ${codeOf(error)}. Nothing was reconstructed.`,
          'with',
        ),
      );
    }
  }
  return success(files);
}

async function pastOf(kind: string): Promise<EventHistory | null> {
  return ENGINES.find(({ id }) => id === kind)?.past() ?? null;
}

async function writeHtml(target: string, shown: Reconstruction): Promise<Result<null>> {
  const made = `Made on ${new Date().toISOString()} (by the clock of this machine) by aerodb-control ${VERSION}.`;
  try {
    await writeFileWhole(target, batches(reconstructionHtml(shown, made)), { onlyNew: true });
    return success(null);
  } catch (error) {
    const code = codeOf(error);
    return failure(
      refusal(
        'PHASE7_MALFORMED_REQUEST',
        code === 'EEXIST'
          ? `The file ${target} exists, and an existing file is never replaced. Nothing was written.`
          : `${target} could not be written (${code}). Nothing of it was kept.`,
        'html',
      ),
    );
  }
}
