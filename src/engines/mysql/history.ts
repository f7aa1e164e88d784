/** What a member logged of its group, and what the group is doing now. */
import type { ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { success, type Result } from '../../control-plane/model/errors.ts';
import type { KernelEvent, PromotionView, Reading } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import type { Access, Ask, Asked } from './ask.ts';
import { listInOrder, notesOf, ownRow, reading } from './endpoints.ts';
import { membersOf, primaryOf } from './members.ts';
import { askSelf, notesOfSelf } from './reads.ts';
import * as schema from './schema.ts';
import type { LogRow, SelfRow } from './schema.ts';
import { ERROR_LOG, LOGGED, MOST_LOGGED, STAGES } from './statements.ts';

interface Told {
  readonly self: SelfRow;
  readonly stages: readonly string[];
  readonly logged: readonly LogRow[];
}

async function told(ask: Ask): Promise<Asked<Told>> {
  const self = await askSelf(ask, null);
  if (!self.ok) return self;
  const stages = await ask(STAGES, schema.stages);
  if (!stages.ok) return stages;
  const logged = await ask(ERROR_LOG, schema.errorLog);
  if (!logged.ok) return logged;
  return {
    ok: true,
    data: {
      self: self.data,
      stages: stages.data.map(({ stage, completed, estimated }) => {
        const name = oneLine(stage.replace(/^stage\/group_rpl\//, ''), 200);
        return estimated === null ? name : `${name} (${completed ?? 'unknown'} of ${estimated})`;
      }),
      logged: logged.data,
    },
  };
}

/** Views, elections and majorities as one member logged them, and a switch that goes on now. */
export async function readPromotion(cluster: ClusterConfig, access: Access): Promise<Result<Reading<PromotionView>>> {
  const listed = await listInOrder(cluster, access, told);
  if (!listed.ok) return listed;
  const { rows, between } = listed.value;
  const primary = primaryOf(membersOf(rows));
  const isCut = between.logged.length > MOST_LOGGED;
  return success(
    reading(
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
        events: between.logged.slice(0, MOST_LOGGED).toReversed().map(eventOf),
        nextAfter: null,
        request: null,
      },
      [
        'MySQL keeps no record of requests and knows no request ids. This is what the member that answered wrote ' +
          'into its own log since it was started, as far as the log is kept; a force stands there like any election.',
        ...(isCut ? [`Only the newest ${MOST_LOGGED} messages are shown: the log of this member holds more.`] : []),
        ...notesOfSelf(between.self),
        ...notesOf(rows),
      ],
    ),
  );
}

/** `seq` is the place in this answer: MySQL numbers its messages not. */
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

/** MySQL puts the words of the plugin into a sentence of its own. */
function withoutFrame(message: string): string {
  return /^Plugin group_replication reported: '(.*)'$/s.exec(message)?.[1] ?? message;
}
