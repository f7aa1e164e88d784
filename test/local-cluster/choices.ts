/**
 * What a randomized run does: drawn from the seed before anything happens, so that a seed replays its choices whatever
 * the machine does.
 */
import assert from 'node:assert/strict';
import type { ControlCommandName } from '../../src/control-plane/commands/commands.ts';
import type { Stage } from '../../src/control-plane/model/record.ts';
import { generator, type Random } from '../support/seed.ts';
import type { Delivery } from './deliveries-proxy.ts';

/** Something that goes wrong on one node. */
export type Trouble =
  | { readonly kind: 'kill' | 'freeze' | 'pause' }
  | { readonly kind: 'crash'; readonly at: string }
  | { readonly kind: 'cut'; readonly how: 'outgoing' | 'incoming' | 'both' }
  /** A full disk takes so many bytes first, of whatever record comes. */
  | { readonly kind: 'disk'; readonly how: 'full' | 'failing'; readonly room: number }
  /**
   * The lock file is removed; a second process is started beside the node; the node is killed, and two are started at
   * once.
   */
  | { readonly kind: 'lock' | 'contender' | 'twins' }
  | { readonly kind: 'deliveries'; readonly how: Delivery }
  /**
   * The audit log: its lock file is removed, it gets a second name, or its disk takes so many bytes of the next record
   * and no more.
   */
  | { readonly kind: 'log'; readonly how: 'unlocked' | 'named twice' | 'full'; readonly room: number }
  | { readonly kind: 'slow' | 'late'; readonly ms: number }
  | { readonly kind: 'answers'; readonly how: 'dropped' | 'garbage' | 'html' };

/** A node by its number, or whoever holds write authority by what is on disk. */
export type Whom = number | 'primary';

export interface Order {
  readonly command: ControlCommandName;
  readonly node: Whom;
}

export interface Step {
  /** One after the other; those within one group at the same time. */
  readonly orders: readonly (readonly Order[])[];
  readonly trouble: Trouble | null;
  /** On which node; `target`: of the last group's first order. */
  readonly on: Whom | 'target';
  /** Before the step, or while the person is asked: between the explanation and the dispatch of the last group. */
  readonly begins: 'before' | 'asked';
  /** So many milliseconds after the last group was begun, or with the step, or with the next step. */
  readonly ends: number | 'step' | 'next';
  readonly declines: boolean;
  /** The audit log refuses a record of this stage of the last group. */
  readonly unrecorded: Stage | null;
  /** Afterwards an operator looks after the cluster, so that the next step finds a primary more often than not. */
  readonly tended: boolean;
}

const CRASH_POINTS = [
  'ledger-request-write',
  'ledger-request-done',
  'state-PromotionValidating',
  'state-AuthorityTransitioning',
  'state-AuthorityReleasing',
  'epoch-rename',
  'promotion-adopted',
  'marker-fsync',
  'marker-rename',
  'marker-directory',
  'promotion-marked',
  'demotion-marked',
  'ledger-outcome-write',
  'ledger-outcome-done',
  'wal-torn:3',
  'wal-durable:2',
  'checkpoint-rename',
  'segment-create',
] as const;

/** One step for a cluster of `nodes`. */
function drawStep(random: Random, nodes: number): Step {
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    assert.ok(item !== undefined);
    return item;
  };
  const node = pick(Array.from({ length: nodes }, (_, index) => index + 1));
  const other = (node % nodes) + 1;
  const promotion = pick(['request_promotion', 'force_promotion'] as const);
  const demote: Order = { command: 'request_demotion', node: 'primary' };
  const force: Order = { command: 'force_promotion', node };
  const orders = pick<Step['orders']>([
    [[demote], [{ command: promotion, node }]],
    [[demote], [{ command: promotion, node }]],
    [
      [demote],
      [
        { command: promotion, node },
        { command: 'force_promotion', node: other },
      ],
    ],
    [[demote]],
    [[{ command: 'request_demotion', node }]],
    [[{ command: 'request_promotion', node }]],
    [[force]],
    [[force], [{ command: 'force_promotion', node: other }]],
  ]);
  const trouble = pick<Trouble | null>([
    null,
    { kind: 'kill' },
    { kind: 'kill' },
    { kind: 'freeze' },
    { kind: 'freeze' },
    { kind: 'pause' },
    { kind: 'crash', at: pick(CRASH_POINTS) },
    { kind: 'crash', at: pick(CRASH_POINTS) },
    { kind: 'cut', how: pick(['outgoing', 'incoming', 'both']) },
    { kind: 'cut', how: pick(['outgoing', 'incoming', 'both']) },
    { kind: 'disk', how: pick(['full', 'full', 'failing']), room: Math.floor(random() * 400) },
    { kind: 'lock' },
    { kind: 'contender' },
    { kind: 'twins' },
    { kind: 'deliveries', how: pick(['doubled', 'late', 'reordered', 'restarted']) },
    { kind: 'log', how: pick(['unlocked', 'named twice', 'full', 'full']), room: Math.floor(random() * 1_500) },
    { kind: 'deliveries', how: pick(['doubled', 'late', 'reordered', 'restarted']) },
    { kind: 'slow', ms: 50 + Math.floor(random() * 400) },
    { kind: 'late', ms: pick([100, 6_000]) },
    { kind: 'answers', how: pick(['dropped', 'garbage', 'html']) },
    { kind: 'answers', how: pick(['dropped', 'garbage', 'html']) },
  ]);
  // Drawn alone it would be rare, and it is what epochs are for: a primary that nobody hears, and that still writes, is
  // replaced by force.
  if (random() < 0.2)
    return {
      orders: [[force]],
      trouble: pick<Trouble>([{ kind: 'cut', how: 'both' }, { kind: 'cut', how: 'both' }, { kind: 'freeze' }]),
      on: 'primary',
      begins: 'before',
      ends: 'step',
      declines: false,
      unrecorded: null,
      tended: true,
    };
  return {
    orders,
    trouble,
    on: pick(['target', 'target', 'primary', 'primary', node, other]),
    begins: pick(['before', 'asked', 'asked']),
    ends: pick([Math.floor(random() * 1_500), 'step', 'step', 'next']),
    declines: random() < 0.04,
    unrecorded: random() < 0.06 ? pick<Stage>(['dispatch_intent', 'command_executed', 'confirmation_given']) : null,
    tended: random() < 0.6,
  };
}

/** The whole of a run. */
export function* drawSteps(seed: number, nodes: number, count: number): Generator<Step> {
  const random = generator(seed);
  for (let drawn = 0; drawn < count; drawn += 1) yield drawStep(random, nodes);
}

/** One line for a person. */
export function describeStep({ orders, trouble, on, begins, ends, declines, unrecorded, tended }: Step): string {
  return [
    orders.map(group => group.map(({ command, node }) => `${command} ${node}`).join(' and ')).join(', then '),
    trouble === null ? '' : `${Object.values(trouble).join(' ')} on ${on}, begins ${begins}, ends ${ends}`,
    declines ? 'the person declines' : '',
    unrecorded === null ? '' : `the log refuses ${unrecorded}`,
    tended ? 'tended' : '',
  ]
    .filter(part => part !== '')
    .join(' | ');
}
