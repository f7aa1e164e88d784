/**
 * The exact schema of a document. The compiler compares it with the type, so that neither can change without the other.
 */
import * as z from 'zod/mini';
import type { Document, Form } from '../control-plane/model/document.ts';
import { exactly } from './exactly.ts';

const text = z.string();
const known = z.nullable(text);
/** A 64-bit value as a decimal string. Pictures are drawn only from such values. */
const number = text.check(z.regex(/^-?\d{1,30}$/u));
const knownNumber = z.nullable(number);

const label = z.strictObject({ label: text, short: z.exactOptional(text) });
const title = z.union([label, z.strictObject({ foreign: text })]);
const role = z.enum(['primary', 'replica', 'unknown']);
const health = z.enum(['running', 'halted', 'unknown']);
const form = z.enum([
  'text',
  'strong',
  'code',
  'verbatim',
  'number',
  'ordinal',
  'position',
  'time',
  'role',
  'health',
  'flag',
  'invariant',
] satisfies readonly Form[]);

const plain = z.strictObject({ is: form, value: known });
const sentence = z.strictObject({ label: text, values: z.array(plain) });
const cell = z.union([
  plain,
  z.strictObject({ is: z.literal('absent'), word: z.exactOptional(label) }),
  z.strictObject({ is: z.literal('word'), word: label }),
  z.strictObject({ is: z.literal('sentence'), sentence }),
  z.strictObject({ is: z.literal('node'), name: known, nodeId: text, strong: z.exactOptional(z.literal(true)) }),
  z.strictObject({ is: z.literal('told_role'), role, told: text }),
  z.strictObject({ is: z.literal('state'), state: text, reason: known }),
]);

/** A named value. */
export const fact = z.strictObject({ name: title, value: cell, isDetail: z.exactOptional(z.literal(true)) });

const table = z.strictObject({
  caption: label,
  columns: z.array(
    z.strictObject({
      key: text,
      title: label,
      is: form,
      width: z.number(),
      isNarrow: z.exactOptional(z.literal(true)),
      isDetail: z.exactOptional(z.literal(true)),
    }),
  ),
  rows: z.array(z.array(z.union([text, z.null(), cell]))),
  nodes: z.exactOptional(
    z.array(z.strictObject({ nodeId: text, name: known, isSilent: z.exactOptional(z.literal(true)) })),
  ),
  own: z.exactOptional(z.array(text)),
  empty: label,
  narrow: z.array(z.array(text)),
});

const topology = z.strictObject({
  nodes: z.array(
    z.strictObject({
      nodeId: text,
      name: text,
      role,
      told: text,
      health,
      state: text,
      haltReason: known,
      isSilent: z.exactOptional(z.literal(true)),
      isStateImplied: z.exactOptional(z.literal(true)),
      lag: z.array(knownNumber),
      follows: z.enum(['flowing', 'broken', 'none']),
    }),
  ),
  primary: z.nullable(z.number()),
  units: z.array(z.strictObject({ unit: label, leads: z.boolean() })),
  legend: z.nullable(label),
});

const ruler = z.strictObject({
  from: number,
  to: number,
  parts: z.number(),
  shown: z.nullable(z.strictObject({ from: number, to: number, total: knownNumber })),
  ends: z.array(z.strictObject({ first: number, end: number })),
  marks: z.array(
    z.strictObject({ name: label, id: z.exactOptional(text), at: knownNumber, shape: z.enum(['tick', 'diamond']) }),
  ),
  unnamed: z.array(number),
  beside: z.nullable(z.strictObject({ words: label, count: z.exactOptional(text), isKnown: z.boolean() })),
});

const spans = z.strictObject({
  spans: z.array(
    z.strictObject({ kind: z.enum(['snapshot', 'checkpoint']), id: text, first: knownNumber, last: knownNumber }),
  ),
});

const state = z.strictObject({
  name: text,
  isPresent: z.boolean(),
  isPassed: z.boolean(),
  entered: z.nullable(z.strictObject({ seq: text, time: known })),
});
const place = z.union([z.number(), z.literal('beside')]);
const states = z.strictObject({
  machine: text,
  present: text,
  main: z.array(state),
  beside: state,
  transitions: z.array(z.strictObject({ from: place, to: place, isTaken: z.boolean() })),
  path: z.array(text),
  denial: z.nullable(z.strictObject({ reason: text, invariant: text })),
  aborted: known,
  hasAttempt: z.boolean(),
});

const bars = z.strictObject({
  measures: z.array(z.strictObject({ title: label, unit: label, most: number, column: z.exactOptional(text) })),
  bars: z.array(z.strictObject({ nodeId: text, name: known, amounts: z.array(knownNumber) })),
  scale: sentence,
});

const knownOrAbsent = z.union([text, z.null(), z.strictObject({ is: z.literal('absent') })]);
const entry = z.discriminatedUnion('is', [
  z.strictObject({
    is: z.literal('event'),
    mark: z.enum(['failure', 'success', 'other']),
    seq: text,
    type: text,
    time: known,
    epoch: known,
    reason: knownOrAbsent,
    mode: knownOrAbsent,
    operator: knownOrAbsent,
    nodeId: knownOrAbsent,
    nodeName: z.exactOptional(text),
    requestId: knownOrAbsent,
    auditHead: z.nullable(z.strictObject({ seq: text, hash: text })),
    fields: z.record(text, z.unknown()),
  }),
  z.strictObject({ is: z.literal('gap'), from: text, to: text }),
]);

const change = z.strictObject({ component: text, nodeId: known, before: known, after: known });
const group = z.strictObject({ name: text, entries: z.array(z.strictObject({ key: text, value: text })) });

const block = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('facts'), facts: z.array(fact) }),
  z.strictObject({ is: z.literal('table'), table }),
  z.strictObject({ is: z.literal('sentence'), sentence, muted: z.exactOptional(z.literal(true)) }),
  z.strictObject({ is: z.literal('part'), sentences: z.array(sentence) }),
  z.strictObject({ is: z.literal('topology'), topology }),
  z.strictObject({ is: z.literal('ruler'), ruler }),
  z.strictObject({ is: z.literal('spans'), spans }),
  z.strictObject({ is: z.literal('states'), states }),
  z.strictObject({ is: z.literal('bars'), bars }),
  z.strictObject({
    is: z.literal('events'),
    entries: z.array(entry),
    empty: label,
    isNewestFirst: z.exactOptional(z.literal(true)),
    brief: z.exactOptional(z.literal(true)),
  }),
  z.strictObject({
    is: z.literal('changes'),
    changes: z.array(change),
    names: z.array(z.strictObject({ nodeId: text, name: text })),
  }),
  z.strictObject({ is: z.literal('search'), groups: z.array(group), empty: label }),
]);

/** The document of an answer, an explanation or an execution. */
export const document = exactly<Document>()(
  z.strictObject({
    terms: z.strictObject({
      epoch: z.nullable(z.strictObject({ name: label, at: label })),
      primary: label,
      countsCommits: z.boolean(),
      countsControlVersions: z.boolean(),
    }),
    headline: z.exactOptional(z.array(sentence)),
    epoch: z.exactOptional(known),
    observer: z.exactOptional(z.strictObject({ nodeId: text, name: text })),
    selfReport: z.exactOptional(z.array(sentence)),
    sections: z.array(z.strictObject({ title: z.nullable(title), blocks: z.array(block) })),
  }),
);
