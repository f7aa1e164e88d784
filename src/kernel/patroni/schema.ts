/**
 * What Patroni's REST API answers, as far as it is used, of 3.0 and later. Keys that are not used are dropped; a key that
 * Patroni leaves out is unknown or absent as the field says, and anything else refuses the whole answer.
 */
import * as z from 'zod/mini';
import { lazily, list, mapped } from '../forms.ts';

const text = z.string();
const name = text.check(z.minLength(1));
/** A WAL position, a number of bytes or a timeline: a JSON number that lost nothing on its way (P7-D1). */
const whole = mapped(z.int().check(z.nonnegative()), BigInt);
/** Later versions send LSNs as PostgreSQL writes them. */
const lsnText = mapped(text.check(z.regex(/^[0-9A-F]{1,8}\/[0-9A-F]{1,8}$/i)), (written) => {
  const [high = '0', low = '0'] = written.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
});
/** Patroni writes the word "unknown" where it knows nothing. */
const unknown = mapped(z.literal('unknown'), () => null);
const tags = z.optional(z.record(text, z.unknown()));
const flag = z.optional(z.boolean());

const member = lazily(() => z.object({
  name, role: text, state: text, api_url: text, timeline: z.optional(whole), lag: z.optional(z.union([whole, unknown])),
  receive_lsn: z.optional(z.union([lsnText, unknown])), replay_lsn: z.optional(z.union([lsnText, unknown])),
  host: z.optional(text), port: z.optional(z.int()), tags, pending_restart: flag, scheduled_restart: z.optional(z.unknown()),
}));

/** One member as `/cluster` lists it. */
export type MemberWire = z.output<ReturnType<typeof member>>;

export const cluster = lazily(() => z.object({
  members: list(member()).check(
    z.refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'names a member twice'),
    z.refine((all) => all.filter(isLeader).length <= 1, 'names two leaders'),
  ),
  scope: z.optional(text),
  pause: flag,
  scheduled_switchover: z.optional(z.object({ at: text, from: z.optional(text), to: z.optional(text) })),
}));

/** `/cluster`: one reading of the configuration store. */
export type ClusterWire = z.output<ReturnType<typeof cluster>>;

/** Who holds the leader key; the leader of a standby cluster holds it too. */
export function isLeader({ role }: { readonly role: string }): boolean {
  return role === 'leader' || role === 'standby_leader';
}

const textOrNull = z.optional(z.nullable(text));
const wholeOrNull = z.optional(z.nullable(whole));

export const node = lazily(() => z.object({
  state: text, role: text, timeline: z.optional(whole), server_version: z.optional(z.int()), postmaster_start_time: textOrNull,
  xlog: z.optional(z.object({
    location: wholeOrNull, received_location: wholeOrNull, replayed_location: wholeOrNull, replayed_timestamp: textOrNull, paused: z.optional(z.nullable(z.boolean())),
  })),
  sync_standby: flag, cluster_unlocked: flag, failsafe_mode_is_active: flag, pause: flag, pending_restart: flag, scheduled_restart: z.optional(z.unknown()),
  watchdog_failed: flag, tags,
  replication: z.optional(list(z.object({ application_name: textOrNull, client_addr: textOrNull, state: textOrNull, sync_state: textOrNull }))),
  dcs_last_seen: z.optional(z.number()), database_system_identifier: z.optional(text),
  patroni: z.object({ version: text, scope: text, name: z.optional(text) }),
}));

/** `/patroni`: what a node says of itself. Positions are missing while PostgreSQL does not answer. */
export type NodeWire = z.output<ReturnType<typeof node>>;

/** A timeline that ended, where and why; the time and the leader of the next one are not always there. */
const ended = lazily(() => mapped(z.tuple([whole, whole, text], z.unknown()), ([timeline, end, reason, time, leader]) => ({
  timeline, end, reason, time: typeof time === 'string' ? time : null, leader: typeof leader === 'string' ? leader : null,
})));

export const history = lazily(() => list(ended()));

/** `/history`: the timelines that ended, oldest first. */
export type HistoryWire = z.output<ReturnType<typeof history>>;

/** A JSON object of any form: `/config`, and a node's state where all of it is shown. */
export const anything = lazily(() => z.record(text, z.unknown()));
