/**
 * MySQL's answers row by row, as far as they are used: every value arrives as text. A value that is missing or
 * malformed is unknown (`null`) and affects no other value; only values without which nothing could be shown are
 * required.
 */
import * as z from 'zod/mini';
import { lazily, list, mapped } from '../http/forms.ts';

const text = z.string();
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const uuid = text.check(z.regex(UUID));
const whole = mapped(text.check(z.regex(/^\d{1,20}$/)), BigInt);

/** Converts a time of MySQL in UTC to RFC 3339. */
const time = mapped(
  text.check(z.regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?$/)),
  written => `${written.replace(' ', 'T')}Z`,
);

/** A value that is only shown; nothing else depends on it. */
function shown<T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T | null> {
  return z.catch(z.nullable(schema), null);
}

/** A text; MySQL writes an empty text for a value that does not exist, so it becomes `null`. */
const filled = z.catch(
  mapped(z.nullable(text), value => (value === '' ? null : value)),
  null,
);
/** A flag of the server: `1` and `ON`, `0` and `OFF`. */
const flag = z.catch(
  mapped(z.nullable(text.check(z.regex(/^(?:0|1|ON|OFF)$/))), value =>
    value === null ? null : value === '1' || value === 'ON',
  ),
  null,
);

/** `VIEW_ID`: an id from the group's beginning, and a counter of changes in its membership. */
export const VIEW_ID = /^\d{1,20}:\d{1,20}$/;
const view = shown(text.check(z.regex(VIEW_ID)));

const counts = { certifying: shown(whole), applying: shown(whole), applied: shown(whole) };

const groupRow = lazily(() =>
  z.object({
    // A server whose Group Replication was never started lists itself without an id.
    MEMBER_ID: z.union([uuid, z.literal('')]),
    MEMBER_HOST: filled,
    MEMBER_PORT: filled,
    MEMBER_STATE: text.check(z.minLength(1)),
    MEMBER_ROLE: z.catch(text, ''),
    MEMBER_VERSION: filled,
    VIEW_ID: view,
    ...counts,
    committed_by_all: shown(text),
    self: uuid,
    group_name: filled,
    single_primary: flag,
    now: time,
  }),
);

/** The group as the answering member lists it; at least that member is in it. */
export const group = lazily(() => list(groupRow()).check(z.refine(rows => rows.length > 0, 'lists no member')));
export type GroupRow = z.output<ReturnType<typeof groupRow>>;

export const self = lazily(() =>
  list(
    z.object({
      self: uuid,
      report_host: filled,
      report_port: filled,
      version: filled,
      super_read_only: flag,
      read_only: flag,
      offline_mode: flag,
      gtid_executed: shown(text),
      gtid_purged: shown(text),
      group_name: filled,
      local_address: filled,
      force_members: shown(text),
      single_primary: flag,
      consistency: filled,
      exit_state_action: filled,
      unreachable_majority_timeout: filled,
      member_expel_timeout: filled,
      autorejoin_tries: filled,
      performance_schema: flag,
      MEMBER_STATE: filled,
      MEMBER_ROLE: filled,
      VIEW_ID: view,
      ...counts,
      receives: filled,
      received: shown(text),
      not_applied: shown(text),
      last_error: shown(whole),
      applies: filled,
      now: time,
    }),
  ),
);
export type SelfRow = z.output<ReturnType<typeof self>>[number];

export const who = lazily(() => list(z.object({ self: uuid, now: time })));

export const stages = lazily(() => list(z.object({ stage: text, completed: shown(whole), estimated: shown(whole) })));

export const errorLog = lazily(() => list(z.object({ at: shown(time), code: text, message: shown(text) })));
export const errorLogCounts = lazily(() => list(z.object({ newer: shown(whole), expired: shown(whole) })));
export type LogRow = z.output<ReturnType<typeof errorLog>>[number];

export const openTransactions = lazily(() =>
  list(
    z.object({
      open: whole,
      longest: shown(whole),
      watched: shown(whole),
      self: uuid,
      performance_schema: flag,
      now: time,
    }),
  ),
);
export type OpenRow = z.output<ReturnType<typeof openTransactions>>[number];

export const channels = lazily(() => list(z.object({ name: text })));

export const binaryLogs = lazily(() => list(z.object({ Log_name: text, File_size: shown(whole), Encrypted: filled })));

export const binaryLogStatus = lazily(() => list(z.object({ File: filled, Position: shown(whole) })));

export const redo = lazily(() =>
  list(
    z.object({
      current_lsn: shown(whole),
      flushed_lsn: shown(whole),
      checkpoint_lsn: shown(whole),
      self: uuid,
      now: time,
    }),
  ),
);

export const redoFiles = lazily(() => list(z.object({ id: text, first: whole, end: whole, bytes: whole })));

export const clones = lazily(() =>
  list(
    z.object({
      id: text,
      state: filled,
      began: shown(time),
      ended: shown(time),
      source: filled,
      error: shown(whole),
      executed: shown(text),
    }),
  ),
);

export const appliers = lazily(() =>
  list(
    z.object({
      channel: text,
      worker: text,
      state: filled,
      last_error: shown(whole),
      applying: filled,
    }),
  ),
);

export const namedValues = lazily(() => list(z.object({ name: text, value: shown(text) })));

/** Whether a text is a server's id as MySQL writes it: MySQL does not accept an id in capitals. */
export function isServerId(id: string): boolean {
  return UUID.test(id);
}
