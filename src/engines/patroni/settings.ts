/** What `/config` and tags mean: interprets a value as Patroni does, whatever form it is written in. */
import type { PatroniBehaviour, PatroniFacts, PatroniReplication } from './facts.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Patroni's default if `/config` does not set it, in seconds. */
const DEFAULT_LOOP_WAIT = 10;

/** Settings that an explanation shows. */
const SHOWN = [
  'synchronous_mode',
  'synchronous_mode_strict',
  'synchronous_node_count',
  'maximum_lag_on_failover',
  'check_timeline',
  'failsafe_mode',
  'ttl',
  'loop_wait',
] as const;

/** How commits are acknowledged, according to the configuration and to how the version interprets it. */
export function replicationOf(settings: Settings, behaviour: PatroniBehaviour | null): PatroniReplication {
  const value = own(settings, 'synchronous_mode');
  if (value === undefined || value === null || flagOf(value) === false) return { mode: 'asynchronous' };
  if (flagOf(value) === true)
    return { mode: 'synchronous', strict: flagOf(own(settings, 'synchronous_mode_strict')) === true };
  const isQuorum = typeof value === 'string' && value.toLowerCase() === 'quorum';
  if (!isQuorum || behaviour === null) return { mode: 'unknown', value: written(value) };
  return behaviour.quorumCommit
    ? { mode: 'quorum', count: writtenOrNull(own(settings, 'synchronous_node_count')) ?? '1' }
    : { mode: 'asynchronous' };
}

/**
 * Whether the cluster follows another one: for Patroni, the section counts only with a host, a port or a restore
 * command.
 */
export function standbyCluster(settings: Settings): boolean {
  const section = own(settings, 'standby_cluster');
  return (
    typeof section === 'object' &&
    section !== null &&
    ['host', 'port', 'restore_command'].some(name => Boolean(own(section as Settings, name)))
  );
}

/** Whether failsafe mode is on. */
export function failsafeMode(settings: Settings): boolean {
  return flagOf(own(settings, 'failsafe_mode')) === true;
}

/** `loop_wait` in seconds; `null` if it cannot be read. */
export function loopWait(settings: Settings): number | null {
  const value = own(settings, 'loop_wait');
  if (value === undefined || value === null) return DEFAULT_LOOP_WAIT;
  const seconds = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0 && seconds <= 3_600
    ? seconds
    : null;
}

/** The settings in an explanation as they are written, and the largest allowed lag of a candidate, for its sentence. */
export function shownSettings(settings: Settings): Pick<PatroniFacts['settings'], 'shown' | 'maximumLagOnFailover'> {
  return {
    shown: SHOWN.map(name => ({ name, value: writtenOrNull(own(settings, name)) })),
    maximumLagOnFailover: writtenOrNull(own(settings, 'maximum_lag_on_failover')),
  };
}

/**
 * The tag that keeps a member from becoming leader, as it is written; `null` if it has none. An unknown version is
 * assumed to obey every such tag.
 */
export function nofailoverTag(tags: Settings | null, behaviour: PatroniBehaviour | null): string | null {
  if (tags === null) return null;
  const [nofailover, priority] = [own(tags, 'nofailover'), own(tags, 'failover_priority')];
  // As in Python: the text "false" is true.
  if (nofailover !== undefined && nofailover !== null)
    return [false, 0, ''].some(no => no === nofailover) ? null : `nofailover: ${written(nofailover)}`;
  return (behaviour?.failoverPriority ?? true) && /^-?\d+$/.test(String(priority)) && Number(priority) <= 0
    ? `failover_priority: ${String(priority)}`
    : null;
}

/** A field whose name somebody else chose, so that it must be an own property. */
function own(settings: Settings, name: string): unknown {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}

/** A boolean as Patroni reads it, in any of PostgreSQL's spellings; `undefined` for anything else. */
function flagOf(value: unknown): boolean | undefined {
  const text = String(value).toLowerCase();
  return ['on', 'true', 'yes', '1'].includes(text)
    ? true
    : ['off', 'false', 'no', '0'].includes(text)
      ? false
      : undefined;
}

function writtenOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : written(value);
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
