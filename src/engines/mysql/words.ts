/**
 * Says what a switch and a forced group do in MySQL Group Replication, in its own terms: primary, secondary, view, GTID
 * sets, majority. Only counts are computed from what was read (P7-A3). `test/mysql/explanations.test.ts` checks the
 * sentences against a real cluster.
 */
import type { ControlCommandName } from '../../control-plane/commands/commands.ts';
import type { CostWords, Words } from '../../control-plane/explanation/words.ts';
import { toWire, type StateChange } from '../../control-plane/model/views.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';
import type { MysqlFacts } from './facts.ts';
import type { MysqlExplanation } from './views.ts';
import { forceConsequences, switchConsequences } from './words-consequences.ts';
import { factsOf } from './words-facts.ts';
import { forceRejection, switchRejection } from './words-rejection.ts';

/** The words for a switch or a forced group. A demotion is refused before an explanation is needed. */
export function mysqlWords(
  command: Exclude<ControlCommandName, 'request_demotion'>,
  explained: MysqlExplanation,
  facts: MysqlFacts,
): Words {
  const document = explanationDocument(toWire(explained.members));
  return command === 'force_promotion'
    ? {
        action:
          `Ask "${facts.target.name}" to force a new group that contains only itself: ` +
          'group_replication_force_members with its own address in the group, ' +
          `${facts.target.localAddress ?? 'unknown'}.`,
        changes: [
          {
            component: 'group',
            nodeId: null,
            before: `${facts.members.length} members, view ${facts.groupView ?? 'unknown'}`,
            after: `"${facts.target.name}" alone`,
          },
          role(explained, explained.target, 'PRIMARY'),
        ],
        consequences: forceConsequences(facts),
        facts: factsOf(facts),
        undo:
          'There is no undo. The members that are left out can only join the new group, each by itself, ' +
          'and those that hold transactions of their own cannot join.',
        rejection: forceRejection(facts, explained.answerMs),
        protection:
          'The statement names the target, and a server with another id refuses it. Nothing else protects against ' +
          `acting on an old view: MySQL compares neither the primary nor the view. ${NO_LEDGER}`,
        reliedOn: ['P6-A1', 'P6-S1', 'P7-A2', 'P7-E1', 'P7-E2', 'P7-E3'],
        document,
      }
    : {
        action:
          `Ask MySQL to make "${facts.target.name}" the primary of the group in place of ` +
          `"${facts.primaryName ?? 'unknown'}": one engine operation, group_replication_set_as_primary, changes ` +
          'both roles.',
        changes: [
          {
            component: 'primary',
            nodeId: null,
            before: facts.primaryName ?? 'none known',
            after: facts.target.name,
          },
          ...(explained.primaryId === null ? [] : [role(explained, explained.primaryId, 'SECONDARY')]),
          role(explained, explained.target, 'PRIMARY'),
        ],
        consequences: switchConsequences(facts),
        facts: factsOf(facts),
        undo: 'There is no undo. Handing the role back is another switch, with its own explanation and confirmation.',
        rejection: switchRejection(facts),
        protection:
          `The statement carries the primary and the view ${facts.groupView ?? 'unknown'}, as they were read, and ` +
          'the member that carries it out compares them with its own before it begins. The group as a whole does ' +
          `not compare them: a change after that is not noticed. ${NO_LEDGER}`,
        reliedOn: ['P6-A1', 'P6-A2', 'P6-S1', 'P7-A3', 'P7-E1', 'P7-E2', 'P7-E3'],
        document,
      };
}

const NO_LEDGER =
  'MySQL counts no control version and keeps no ledger: it does not know request ids, and would not recognise a ' +
  'request that another window has sent.';

/** A member outside of a group has no role; the role is absent and not unknown. */
function role(explained: MysqlExplanation, nodeId: string, after: string): StateChange {
  const before = explained.members.find(each => each.nodeId === nodeId)?.mysql.role ?? null;
  return { component: 'role', nodeId, before: before === '' ? 'none' : before, after };
}

/** What collecting diagnostics costs, and which servers bear the cost. */
export function mysqlCostWords(statements: bigint, each: bigint, node: string): CostWords {
  return {
    declared: `The cost: ${statements} statements, ${each} to each configured address, one after the other there.`,
    node:
      `Every configured address is asked, that of ${node} among them. Each statement reads tables of the performance ` +
      'schema, which hold no rows of users, and takes no lock on a table of theirs.',
    replication: 'No replication state changes.',
    protection: 'Only configured addresses are asked, and each answer is shown under the address that gave it.',
    document: COST_DOCUMENT,
  };
}

/** What MySQL's answer says, and what it does not say. */
export function executionWords(
  target: { readonly nodeId: string; readonly name: string },
  cluster: string,
  mode: 'validated' | 'forced',
  body: string,
): string {
  const who = `"${target.name}" (${target.nodeId})`;
  return mode === 'forced'
    ? `MySQL of cluster "${cluster}" answered: ${body}. It accepted a new group of ${who} alone; the answer ` +
        'does not say whether that member takes writes yet. group_replication_force_members keeps its value; ' +
        'MySQL documents that it has to be emptied by hand; this program has not done that.'
    : `MySQL of cluster "${cluster}" answered: ${body}. The group lists ${who} as its primary; the answer ` +
        'does not say whether that member takes writes yet.';
}
