/** Puts one run together: a session of the control plane over the real log, clock, clusters and terminal. */
import { randomUUID } from 'node:crypto';
import type { BundleMaker } from '../audit/bundle.ts';
import { refusingExposed } from '../audit/exposed.ts';
import { defaultAuditDirectory } from '../audit/location.ts';
import { openAuditLog } from '../audit/log.ts';
import type { Authority } from '../control-plane/commands/authority.ts';
import { ControlPlane } from '../control-plane/control-plane.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/model/errors.ts';
import { quotedName } from '../control-plane/model/plausible.ts';
import type { Clock, Clusters } from '../control-plane/ports.ts';
import type { Recorded } from '../control-plane/request/recorder.ts';
import { ENGINES } from '../engines/registry.ts';
import { defaultConfigFile, readSettings, terminalClusters, type Settings } from './clusters.ts';
import { TerminalConfirmer } from './confirmer.ts';
import { operator, type Env } from './environment.ts';
import { notAPath } from './files.ts';
import { clusterNames, hintFor } from './hints.ts';
import { Progress } from './interrupts.ts';
import type { Output } from './output.ts';
import { first, type Given } from './given.ts';
import type { Hint } from './text/errors.ts';
import { paintFor } from './text/paint.ts';
import type { ClusterLabel } from './text/results.ts';

/** One run's session. */
export interface Session {
  readonly plane: ControlPlane;
  readonly clusters: Clusters;
  readonly confirmer: TerminalConfirmer;
  readonly progress: Progress;
  /** What a person can type after an error. `cluster` is the cluster that the request named. */
  readonly hint: (error: ControlError, cluster: string | null) => Hint;
  /** Where the log is, for its reader. */
  readonly audit: AuditPlace;
  /** Who makes a bundle or an export here, when, and by which clock. */
  readonly maker: () => Omit<BundleMaker, 'program'>;
}

/** The directories of the log and of its second copy. */
export interface AuditPlace {
  readonly directory: string;
  readonly copyDirectory: string | undefined;
}

const clock: Clock = { name: 'terminal-system-utc', now: () => new Date().toISOString() };

/**
 * Builds the session from the options. An unusable configuration is refused together with the command, and recorded.
 */
export function openSession(given: Given, to: Output, env: Env): Result<Session> {
  const timeout = timeoutMs(first(given, 'timeout'));
  if (!timeout.ok) return timeout;
  const named = first(given, 'config');
  const place = named === undefined ? defaultConfigFile(env, process.platform) : success(named);
  if (!place.ok) return place;
  const file = place.value;
  const read = (): Result<Settings> => readSettings(file, named !== undefined);
  const settings = read();
  const audit = auditPlace(given, settings.ok ? settings.value : null);
  if (!audit.ok) return audit;
  const clusters = terminalClusters({
    settings: read,
    file,
    urls: given.url ?? [],
    kind: first(given, 'kind'),
    tokenFile: first(given, 'token-file'),
    timeoutMs: timeout.value,
    env,
  });
  const progress = new Progress();
  const confirmer = new TerminalConfirmer(() => ({
    input: process.stdin,
    output: to.dialogue(),
    paint: paintFor(process.stderr, env),
    full: given.full !== undefined,
  }));
  const person = operator(settings.ok ? settings.value.operatorName : null);
  const plane = new ControlPlane({
    audit: progress.watch(refusingExposed(openAuditLog(audit.value))),
    clusters,
    engines: ENGINES,
    confirmer,
    clock,
    ids: { uuid: randomUUID },
    operator: person,
  });
  const maker: Session['maker'] = () => ({ time: clock.now(), clock: clock.name, operator: person });
  const hint: Session['hint'] = (error, cluster) => {
    const act = plane.permittingAct(error, cluster);
    // A cluster that is named by its addresses is in no file.
    const isInFile = given.url === undefined;
    const known = act === 'edit_cluster' && !isInFile ? undefined : act;
    return hintFor(error, { clusters: clusterNames(clusters.entries()), file, act: known });
  };
  return success({ plane, clusters, confirmer, progress, hint, audit: audit.value, maker });
}

/**
 * The configured second copy belongs to the configured log. A line that names another directory uses another log, and
 * that log has a copy only if the line names one.
 */
function auditPlace(given: Given, settings: Settings | null): Result<AuditPlace> {
  const [named, namedCopy] = [first(given, 'audit-dir'), first(given, 'audit-copy-dir')];
  const configured = settings?.auditDirectory ?? undefined;
  const configuredCopy = named === undefined ? (settings?.auditCopyDirectory ?? undefined) : undefined;
  const misplaced = [
    ['audit-dir', named],
    ['auditDirectory', named === undefined ? configured : undefined],
    ['audit-copy-dir', namedCopy],
    ['auditCopyDirectory', namedCopy === undefined ? configuredCopy : undefined],
  ] as const;
  for (const [place, directory] of misplaced) {
    const why = directory === undefined ? undefined : notAPath(place, directory);
    if (why !== undefined) return failure(why);
  }
  const found = named ?? configured;
  const directory = found === undefined ? platformAuditDirectory() : success(found);
  return directory.ok ? success({ directory: directory.value, copyDirectory: namedCopy ?? configuredCopy }) : directory;
}

function platformAuditDirectory(): Result<string> {
  try {
    return success(defaultAuditDirectory());
  } catch {
    return failure(
      refusal(
        'PHASE7_AUDIT_UNAVAILABLE',
        'The account of this process has no home directory, so there is no place for the audit log: name its ' +
          'directory with --audit-dir, or set HOME or XDG_STATE_HOME. Nothing was sent.',
        'audit-dir',
      ),
    );
  }
}

/** Takes the requested authority, for this run only. Never takes authority that was not requested (P7-A1). */
export async function assumeAuthority(
  { plane }: Session,
  given: Given,
  cluster: string | undefined,
): Promise<Result<Recorded | null>> {
  const to: Authority | undefined =
    given.auditor !== undefined
      ? { level: 'Auditor' }
      : given.operator !== undefined && cluster !== undefined
        ? { level: 'Operator', cluster }
        : undefined;
  return to === undefined ? success(null) : plane.changeAuthority(to);
}

/** How results name a cluster. A name without a configuration is shown without an environment. */
export function clusterLabel(clusters: Clusters, name: string | null): ClusterLabel | null {
  if (name === null) return null;
  const found = clusters.find(name);
  return found.ok ? { name, kind: found.value.kind, environment: found.value.environment ?? null } : null;
}

function timeoutMs(text: string | undefined): Result<number | undefined> {
  if (text === undefined) return success(undefined);
  const seconds = Number(text);
  return /^\d{1,3}(?:\.\d{1,3})?$/.test(text) && seconds >= 1 && seconds <= 600
    ? success(Math.round(seconds * 1000))
    : failure(badTimeout(text));
}

function badTimeout(text: string): ControlError {
  return refusal(
    'PHASE7_MALFORMED_REQUEST',
    `${quotedName(text)} is not a time limit: it is given in seconds, from 1 to 600. Nothing was sent.`,
    'timeout',
  );
}
