/** Shows names instead of ids if an answer tells, outside its view, the names of the nodes that it mentions. */
import type { Block, Cell, Document, Plain, Sentence } from '../control-plane/model/document.ts';
import type { Entry } from '../control-plane/model/entries.ts';

/** The names of nodes by their ids. */
export type Names = Readonly<Record<string, string>>;

type NameOf = (id: string | null) => string | undefined;

/** A document with the names that the answer gives: a fact shows name and id, a sentence the name. */
export function named(document: Document, names: Names, observer: string | null): Document {
  const nameOf = uniqueNames(names);
  if (nameOf === undefined) return document;
  const teller = nameOf(observer);
  return {
    ...document,
    ...(document.headline === undefined ? {} : { headline: document.headline.map(one => namedSentence(one, nameOf)) }),
    ...(document.observer !== undefined || observer === null || teller === undefined
      ? {}
      : { observer: { nodeId: observer, name: teller } }),
    sections: document.sections.map(({ title, blocks }) => ({
      title,
      blocks: blocks.map(block => namedBlock(block, nameOf)),
    })),
  };
}

/** A name that two nodes share stands for neither of them; `undefined`: no node has a name of its own. */
function uniqueNames(names: Names): NameOf | undefined {
  const counts = new Map<string, number>();
  for (const name of Object.values(names)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const own = new Map(Object.entries(names).filter(([id, name]) => id !== name && counts.get(name) === 1));
  return own.size === 0 ? undefined : id => (id === null ? undefined : own.get(id));
}

function namedBlock(block: Block, nameOf: NameOf): Block {
  if (block.is === 'facts')
    return { ...block, facts: block.facts.map(fact => ({ ...fact, value: namedCell(fact.value, nameOf) })) };
  if (block.is === 'sentence') return { ...block, sentence: namedSentence(block.sentence, nameOf) };
  // Tables and pictures already hold the names of their nodes.
  return block.is === 'events' ? { ...block, entries: block.entries.map(entry => namedEntry(entry, nameOf)) } : block;
}

function namedCell(cell: Cell, nameOf: NameOf): Cell {
  if (cell.is === 'sentence') return { ...cell, sentence: namedSentence(cell.sentence, nameOf) };
  if (cell.is !== 'code' || cell.value === null) return cell;
  const name = nameOf(cell.value);
  return name === undefined ? cell : { is: 'node', name, nodeId: cell.value };
}

function namedSentence(sentence: Sentence, nameOf: NameOf): Sentence {
  return { ...sentence, values: sentence.values.map(value => namedValue(value, nameOf)) };
}

function namedValue(plain: Plain, nameOf: NameOf): Plain {
  if (plain.is !== 'code' && plain.is !== 'strong') return plain;
  return { ...plain, value: nameOf(plain.value) ?? plain.value };
}

function namedEntry(entry: Entry, nameOf: NameOf): Entry {
  if (entry.is === 'gap' || typeof entry.nodeId !== 'string') return entry;
  const nodeName = nameOf(entry.nodeId);
  return nodeName === undefined ? entry : { ...entry, nodeName };
}
