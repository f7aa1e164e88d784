/** What a member logged about its group, and what the group is doing now. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, refusal, success, type Result } from '../../control-plane/model/errors.ts';
import type { HistoryOf } from '../../control-plane/ports.ts';
import type { KernelEvent, PromotionView, SkippedEndpoint } from '../../control-plane/model/views.ts';
import type { ToldReading } from '../documents.ts';
import { oneLine } from '../http/text.ts';
import { foreign, readError, type Access, type Ask, type Asked } from './ask.ts';
import { listAt, listInOrder, notesOf, ownRow, reading, type Listed } from './endpoints.ts';
import { membersOf, primaryOf } from './members.ts';
import { askSelf, notesOfSelf, ownEndpoint } from './reads.ts';
import * as schema from './schema.ts';
import type { LogRow, SelfRow } from './schema.ts';
import { beside, errorLog, LOGGED, MOST_LOGGED, STAGES } from './statements.ts';
import { listedTeller } from './teller.ts';

interface MemberHistory {
  readonly self: SelfRow;
  readonly stages: readonly string[];
  readonly logged: readonly LogRow[];
  /** Whether there are messages at or after the position that was asked for; `true` if unknown. */
  readonly hasNewer: boolean;
  /** How many rows of the log were overwritten; `null`: the server does not say. */
  readonly overwritten: bigint | null;
}

function told(before: bigint | null, node: string | null): (ask: Ask) => Promise<Asked<MemberHistory>> {
  return async ask => {
    const self = await askSelf(ask, node);
    if (!self.ok) return self;
    const stages = await ask(STAGES, schema.stages);
    if (!stages.ok) return stages;
    const logged = await ask(errorLog(before), schema.errorLog);
    if (!logged.ok) return logged;
    const others = await ask(beside(before ?? 0n), schema.beside);
    if (!others.ok) return others;
    const [{ newer, expired } = { newer: null, expired: null }] = others.data;
    return {
      ok: true,
      data: {
        self: self.data,
        stages: stages.data.map(({ stage, completed, estimated }) => {
          const name = oneLine(stage.replace(/^stage\/group_rpl\//, ''), 200);
          return estimated === null ? name : `${name} (${completed ?? 'unknown'} of ${estimated})`;
        }),
        logged: logged.data,
        hasNewer: before !== null && newer !== 0n,
        overwritten: expired,
      },
    };
  };
}

/** Asks the member itself, the chosen address, or the first address in the group. */
async function asked(
  cluster: ClusterConfig,
  access: Access,
  node: string | undefined,
  before: bigint | null,
  chosen: string | undefined,
): Promise<Result<Listed<MemberHistory> & { readonly skipped: readonly SkippedEndpoint[] }>> {
  if (node === undefined) return await listInOrder(cluster, access, told(before, null), chosen);
  const found = await ownEndpoint(cluster, access, node);
  if (!found.ok) return found;
  const { endpoint, skipped } = found.value;
  const listed = await listAt(endpoint, access, told(before, node));
  return listed.ok ? success({ ...listed.data, skipped }) : failure(readError(endpoint, listed.no));
}

/** Views, elections and majorities as one member logged them, and a switch that is under way. */
export async function readPromotion(
  cluster: ClusterConfig,
  access: Access,
  of: Pick<HistoryOf, 'node' | 'before'> | undefined,
  chosen?: string,
): Promise<Result<ToldReading<PromotionView>>> {
  const position = of?.before ?? null;
  if (position !== null && !/^\d{1,20}$/.test(position)) return failure(NO_POSITION);
  const before = position === null ? null : BigInt(position);
  const listed = await asked(cluster, access, of?.node, before, chosen);
  if (!listed.ok) return listed;
  const { rows, between } = listed.value;
  const primary = primaryOf(membersOf(rows));
  const shown = between.logged.slice(0, MOST_LOGGED);
  const hasOlder = between.logged.length > shown.length;
  const positions = shown.map(({ at }) => (at === null ? null : microseconds(at)));
  if (before !== null && positions.some(at => at !== null && at >= before))
    return failure(
      readError(
        listed.value.endpoint,
        foreign('it holds messages that are not older, although only older ones were asked for').no,
      ),
    );
  const oldest = positions.at(-1) ?? null;
  return success({
    ...reading(
      listed.value,
      ownRow(rows),
      {
        state:
          between.stages.length > 0
            ? between.stages.join('; ')
            : primary === undefined
              ? 'no primary'
              : 'primary known',
        pendingNodeId: null,
        epoch: null,
        lastAttempt: null,
        events: shown.toReversed().map(eventOf),
        nextBefore: hasOlder ? oldest : null,
        nextAfter: before === null || !between.hasNewer ? null : (positions[0] ?? before - 1n),
        total: !between.hasNewer && !hasOlder ? BigInt(shown.length) : null,
        request: null,
      },
      [
        'MySQL keeps no record of requests and knows no request ids. This is what the member that answered ' +
          'has written to its own log since it started, as far as that log is kept. A force appears there ' +
          'like any other election.',
        ...(hasOlder && oldest === null
          ? [
              'The log of this member holds older messages. They cannot be asked for: the time of the oldest one ' +
                'here, which is its place in the log, cannot be read.',
            ]
          : []),
        ...(hasOlder ? [] : kept(between.overwritten)),
        ...notesOfSelf(between.self),
        ...notesOf(rows),
      ],
    ),
    teller: listedTeller(rows),
  });
}

/** What is said below the oldest message: the log is a ring buffer in memory. */
function kept(overwritten: bigint | null): readonly string[] {
  if (overwritten === 0n) return [];
  return [
    overwritten === null
      ? 'Whether older messages were overwritten is not known: this server does not report it ' +
        '(Error_log_expired_events).'
      : `Older messages may be gone: this server overwrote ${overwritten} of its log, of any kind, to make room ` +
        '(Error_log_expired_events).',
  ];
}

const NO_POSITION = refusal(
  'PHASE7_MALFORMED_REQUEST',
  'A position in the log of a MySQL server is a number of microseconds since 1970, as an answer names it. Nothing ' +
    'was sent.',
  'before',
);

/** A time of the log as its position: microseconds since 1970. */
function microseconds(at: string): bigint {
  const [, seconds = '', fraction = ''] = /^([^.Z]+)(?:\.(\d+))?Z$/.exec(at) ?? [];
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000n + BigInt(fraction.padEnd(6, '0'));
}

/** `seq` is the place in this answer, because MySQL does not number its messages. */
function eventOf({ at, code, message }: LogRow, index: number): KernelEvent {
  return {
    seq: BigInt(index + 1),
    type: LOGGED.get(code) ?? code,
    time: at,
    epoch: null,
    requestId: null,
    nodeId: null,
    mode: null,
    operator: null,
    reason: null,
    auditHead: null,
    fields: { code, message: message === null ? 'unknown' : oneLine(withoutFrame(message), 1_000) },
  };
}

/** Removes the sentence of MySQL around the plugin's own words. */
function withoutFrame(message: string): string {
  return /^Plugin group_replication reported: '(.*)'$/s.exec(message)?.[1] ?? message;
}
