/**
 * The answers of Patroni's REST API, as far as they are used, read value by value. A value that is missing or malformed
 * is unknown (`null`) and affects no other value. Only values without which nothing could be shown are required: the
 * members of a cluster, and their names.
 */
import * as z from 'zod/mini';
import { lazily, list, mapped } from '../http/forms.ts';

const text = z.string();
const flag = z.boolean();
/** A WAL position, a number of bytes or a timeline: a JSON number small enough to be exact (P7-D1). */
const whole = mapped(z.int().check(z.nonnegative()), BigInt);
/** Later versions send LSNs in PostgreSQL's form. */
const lsnText = mapped(text.check(z.regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i)), written => {
  const [high = '0', low = '0'] = written.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
});

/**
 * A value that is only shown; nothing else depends on it. Patroni itself writes the word "unknown" for a number that it
 * does not know.
 */
function shown<T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T | null> {
  return z.catch(z.nullable(schema), null);
}

/** A flag that Patroni leaves out if it is not set; `null` if it is present but unreadable. */
function switched(): z.ZodMiniType<boolean | null> {
  return z.catch(
    mapped(z.optional(flag), (set): boolean | null => set === true),
    null,
  );
}

const fields = z.record(text, z.unknown());

const member = lazily(() =>
  z.object({
    name: text.check(z.minLength(1)),
    role: shown(text),
    state: shown(text),
    api_url: shown(text),
    host: shown(text),
    port: shown(z.int().check(z.positive(), z.maximum(65_535))),
    timeline: shown(whole),
    lag: shown(whole),
    receive_lag: shown(whole),
    replay_lag: shown(whole),
    receive_lsn: shown(lsnText),
    replay_lsn: shown(lsnText),
    tags: shown(fields),
    pending_restart: shown(flag),
    pending_restart_reason: shown(fields),
    scheduled_restart: shown(z.unknown()),
  }),
);

/** One member as `/cluster` lists it. */
export type MemberWire = z.output<ReturnType<typeof member>>;

export const cluster = lazily(() =>
  z.object({
    members: list(member()).check(
      z.refine(all => new Set(all.map(one => one.name)).size === all.length, 'names a member twice'),
      z.refine(all => all.filter(isLeader).length <= 1, 'names two leaders'),
    ),
    scope: shown(text),
    pause: switched(),
    scheduled_switchover: z.catch(
      z.optional(z.nullable(z.object({ at: shown(text), from: shown(text), to: shown(text) }))),
      null,
    ),
  }),
);

/** `/cluster`: one reading of the configuration store. */
export type ClusterWire = z.output<ReturnType<typeof cluster>>;

/** Whether the member holds the leader key; the leader of a standby cluster holds it, too. */
export function isLeader({ role }: { readonly role: string | null }): boolean {
  return role === 'leader' || role === 'standby_leader';
}

export const node = lazily(() =>
  z
    .object({
      state: shown(text),
      role: shown(text),
      timeline: shown(whole),
      server_version: shown(z.int().check(z.positive())),
      postmaster_start_time: shown(text),
      xlog: shown(
        z.object({
          location: shown(whole),
          received_location: shown(whole),
          replayed_location: shown(whole),
          replayed_timestamp: shown(text),
          paused: shown(flag),
        }),
      ),
      sync_standby: shown(flag),
      quorum_standby: shown(flag),
      cluster_unlocked: shown(flag),
      failsafe_mode_is_active: shown(flag),
      pause: shown(flag),
      pending_restart: shown(flag),
      pending_restart_reason: shown(fields),
      scheduled_restart: shown(z.unknown()),
      watchdog_failed: shown(flag),
      tags: shown(fields),
      replication_state: shown(text),
      replication: shown(
        list(
          shown(
            z.object({
              application_name: shown(text),
              client_addr: shown(text),
              state: shown(text),
              sync_state: shown(text),
            }),
          ),
        ),
      ),
      dcs_last_seen: shown(z.number()),
      database_system_identifier: shown(text),
      patroni: shown(z.object({ version: shown(text), scope: shown(text), name: shown(text) })),
    })
    .check(
      z.refine(
        ({ state, role, patroni }) => state !== null || role !== null || patroni !== null,
        'has neither a state nor a role nor a "patroni"',
      ),
    ),
);

/** `/patroni`: what a node reports about itself. Positions are missing while PostgreSQL does not answer. */
export type NodeWire = z.output<ReturnType<typeof node>>;

/** A timeline that ended, where and why; the time, and the leader of the next timeline, may be missing. */
const ended = lazily(() =>
  mapped(z.tuple([whole, shown(whole), shown(text)], z.unknown()), ([timeline, end, reason, time, leader]) => ({
    timeline,
    end,
    reason,
    time: typeof time === 'string' ? time : null,
    leader: typeof leader === 'string' ? leader : null,
  })),
);

export const history = lazily(() => list(shown(ended())));

/** `/history`: the timelines that ended, oldest first; `null` is a line that could not be read. */
export type HistoryWire = z.output<ReturnType<typeof history>>;

/** A JSON object of any form: `/config`, and a node's state if all of it is shown. */
export const anything = lazily(() => fields);
