/** What an answering member of a group says about itself that affects its whole answer. */
import { sentence, type Sentence } from '../../control-plane/model/document.ts';
import { plain, type Teller } from '../documents.ts';
import { idOf, membersOf, unreachableOf } from './members.ts';
import type { GroupRow } from './schema.ts';
import type { MysqlMember } from './views.ts';

/** From its own row in the group that it listed, and from the members that it does not reach. */
export function listedTeller(rows: readonly GroupRow[]): Teller {
  const members = membersOf(rows);
  const own = rows.find(row => idOf(row) === row.self);
  const self = members.find(({ nodeId }) => nodeId === own?.self);
  if (self === undefined) return {};
  const unreachable = unreachableOf(members);
  const told = tellerOf(self);
  if (unreachable === 0 || unreachable * 2 < members.length) return told;
  const cutOff = sentence(
    'This answer came from {0}, which does not reach {1} of the {2} members of its group.',
    plain('strong', self.name),
    plain('number', unreachable.toString()),
    plain('number', members.length.toString()),
  );
  return { ...told, selfReport: [...(told.selfReport ?? []), cutOff] };
}

/** From what it reports about itself. */
export function tellerOf({ nodeId, name, health, replicationState }: MysqlMember): Teller {
  const outside: readonly Sentence[] =
    health === 'halted'
      ? [
          sentence(
            'This answer came from {0}, which reports itself {1}: it is in no group.',
            plain('strong', name),
            plain('text', replicationState),
          ),
        ]
      : [];
  return { observer: { nodeId, name }, ...(outside.length === 0 ? {} : { selfReport: outside }) };
}
