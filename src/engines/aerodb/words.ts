/** Says in AeroDB's own terms what its control commands do. */
import type { ControlCommandName } from '../../control-plane/commands/commands.ts';
import {
  nameAmong,
  toWire,
  type ControlResultView,
  type KernelExplanation,
  type StateChange,
} from '../../control-plane/model/views.ts';
import type { CostWords, Words } from '../../control-plane/explanation/words.ts';
import { COST_DOCUMENT, explanationDocument } from './document.ts';

/** The words for a control command, from the kernel's own dry run. */
export function aerodbWords(command: ControlCommandName, facts: KernelExplanation, name: string): Words {
  const words = WORDS[command](facts, name);
  return {
    ...words,
    facts: [],
    rejection: [
      ...(facts.decision === 'deny'
        ? [
            'Asked beforehand, the kernel answered that it would deny this ' +
              `request${facts.reason === null ? '' : ` (${facts.reason})`}. It decides again when the request arrives.`,
          ]
        : [
            'Asked beforehand, the kernel answered that its checks pass. It decides again when the request ' +
              'arrives, and may deny it.',
          ]),
      ...words.rejection,
    ],
    protection:
      `The request carries control version ${String(facts.controlVersion)}. The kernel refuses it ` +
      '(AERO_STATE_CHANGED) if a role, an epoch, a replication state, the promotion state or the membership has ' +
      'moved on that node since this was read.',
    document: explanationDocument(toWire(facts)),
  };
}

const WORDS: Readonly<
  Record<
    ControlCommandName,
    (facts: KernelExplanation, name: string) => Omit<Words, 'facts' | 'protection' | 'document'>
  >
> = {
  request_promotion: (facts, name) => ({
    reliedOn: ['P6-A1', 'P6-A2', 'P6-A3', 'P6-S1', 'P6-S2', 'P6-S3', 'P6-F1', 'P6-F2', 'P5-I16', 'P7-E1', 'P7-E3'],
    action:
      `Ask node "${name}" (${facts.target}) to become the primary of the cluster, if the kernel's validation ` +
      'allows it.',
    changes: promotionChanges(facts),
    consequences: promotionConsequences(facts, name),
    undo:
      'There is no undo. Handing write authority on is a new demotion and a new promotion, each requested ' +
      'and validated separately.',
    rejection: [
      'The kernel denies a promotion while another node answers as primary, or does not answer at all: ' +
        'being unreachable is never proof of death (P6-A1).',
      'The kernel denies a promotion when it cannot prove that every acknowledged write is on the target (P6-S1, ' +
        'P6-S2).',
    ],
  }),
  request_demotion: (facts, name) => ({
    reliedOn: ['P6-A1', 'P6-A2', 'P6-A3', 'P6-F1', 'P7-E1', 'P7-E3'],
    action: `Ask node "${name}" (${facts.target}) to give up write authority and become a replica.`,
    changes: [
      { component: 'role', nodeId: facts.target, before: roleOf(facts, facts.target), after: 'replica' },
      { component: 'write authority', nodeId: null, before: authorityHolder(facts), after: 'none' },
    ],
    consequences: [
      { scope: 'node', text: `"${name}" durably gives up write authority and stops accepting writes.` },
      {
        scope: 'cluster',
        text:
          'From then on no node accepts writes until a promotion succeeds. This command promotes no node; ' +
          'a promotion is another command with its own confirmation.',
      },
      {
        scope: 'replication',
        text: 'No node ships new writes while there is no primary. Replicas keep what they have.',
      },
      {
        scope: 'durability',
        text:
          'Acknowledged writes stay durable on a majority of the members. A write that is already in the ' +
          `log of "${name}" can still be acknowledged afterwards, as soon as a majority holds it, because ` +
          `"${name}" continues to hand out the rest of its log. A later write is refused.`,
      },
    ],
    undo: 'There is no undo. A node gets write authority again only by a promotion, which the kernel validates again.',
    rejection: ['The kernel denies a demotion of a node that is not the primary (P6-A3).'],
  }),
  force_promotion: (facts, name) => ({
    reliedOn: [
      'P6-A1',
      'P6-A1a',
      'P6-A2',
      'P6-A3',
      'P6-S1',
      'P6-S2',
      'P6-S3',
      'P6-F1',
      'P6-F2',
      'P5-I16',
      'P7-E1',
      'P7-E3',
    ],
    action:
      `Ask node "${name}" (${facts.target}) to become the primary of the cluster on the operator's own assertion ` +
      'that the old primary is down.',
    changes: promotionChanges(facts),
    consequences: [
      {
        scope: 'cluster',
        text:
          facts.overriddenInvariants.length === 0
            ? 'The kernel names no check that this force would override. A force that overrides nothing is denied ' +
              '(InvalidRequest).'
            : `The operator's assertion stands in for what the kernel could not find out ` +
              `(${facts.overriddenInvariants.join(', ')}). If the assertion is wrong, responsibility for the ` +
              `consequences is the operator's.`,
      },
      ...promotionConsequences(facts, name),
      {
        scope: 'durability',
        text:
          'A primary that was wrongly asserted dead can acknowledge no further write once a majority has ' +
          'adopted the new epoch. Writes that it holds without acknowledgement may be lost. It halts with ' +
          'AuthorityAmbiguity when it learns of the new epoch.',
      },
    ],
    undo: "There is no undo. A node that halts because of this needs an operator's action on that node.",
    rejection: [
      'The assertion replaces detection and nothing else (P6-A1a): a check that fails, rather than being ' +
        'unknown, is a denial even when forced.',
      'Each overridden invariant has to be acknowledged separately; the kernel refuses an incomplete acknowledgement.',
    ],
  }),
};

function promotionChanges(facts: KernelExplanation): readonly StateChange[] {
  return [
    { component: 'role', nodeId: facts.target, before: roleOf(facts, facts.target), after: 'primary' },
    {
      component: 'write authority',
      nodeId: null,
      before: authorityHolder(facts),
      after: nameAmong(facts.members, facts.target) ?? facts.target,
    },
    { component: 'epoch', nodeId: null, before: epoch(facts), after: `above ${epoch(facts)}` },
  ];
}

function promotionConsequences(facts: KernelExplanation, name: string): Words['consequences'] {
  return [
    { scope: 'node', text: `"${name}" stops following and accepts writes.` },
    {
      scope: 'cluster',
      text:
        `The primary of the cluster is "${name}", under an epoch above ${epoch(facts)}. A majority of the members ` +
        'has to adopt that epoch durably first.',
    },
    { scope: 'replication', text: `The other members follow "${name}" and acknowledge nothing of an older epoch.` },
    {
      scope: 'durability',
      text:
        'A write is acknowledged when it is durable on a majority of the members; the promotion is denied unless a ' +
        'majority, the target among them, answers and none of it is ahead of the target.',
    },
  ];
}

function roleOf(facts: KernelExplanation, nodeId: string): string {
  return facts.members.find(member => member.nodeId === nodeId)?.role ?? 'unknown';
}

function authorityHolder(facts: KernelExplanation): string {
  return facts.primaryId === null ? 'none known' : (nameAmong(facts.members, facts.primaryId) ?? facts.primaryId);
}

function epoch(facts: KernelExplanation): string {
  return facts.epoch?.toString() ?? 'unknown';
}

/** What collecting diagnostics costs the node: the files and bytes that it reads. */
export function aerodbCostWords({ files, bytes }: { readonly files: bigint; readonly bytes: bigint }): CostWords {
  return {
    declared: `The node declares the cost: ${files} files, ${bytes} bytes to read.`,
    node:
      `The node reads ${files} files (${bytes} bytes) from its disk, including the whole WAL with its ` +
      'checksums, while it serves other requests.',
    replication: 'No replication state changes. Disk reads of this size can slow the node while they run.',
    protection: 'The answer must come from the named node; an answer from any other node is refused.',
    document: COST_DOCUMENT,
  };
}

/** What the kernel's answer to an executed request says. */
export function aerodbExecution(name: string, cluster: string, { kind, epoch }: ControlResultView): string {
  const done = kind === 'demotion' ? 'gave up write authority and is a replica' : 'is the primary';
  return (
    `The kernel executed the request: node "${name}" of cluster "${cluster}" ${done}, at ` +
    `epoch ${epoch?.toString() ?? 'unknown'}.`
  );
}
