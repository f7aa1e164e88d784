/**
 * What an engine shows of an answer, as data: headed sections of facts, tables, pictures and sentences. Each interface
 * has one way to draw each of them and knows no engine. Everything here is JSON; 64-bit values are decimal strings.
 */
import type { Entry } from './entries.ts';
import type { Health, Reading, Role, StateChange, Wire } from './views.ts';

/** English text of ours, which a renderer may translate. `short`: the same for narrow lines. */
export interface Label {
  readonly label: string;
  readonly short?: string;
}

/** Text of others where a label of ours could stand. */
export type Foreign = { readonly foreign: string };

export type Title = Label | Foreign;

/** How a value is written. `position`: in the engine's own form. `strong`: emphasized text. */
export type Form =
  | 'text'
  | 'strong'
  | 'code'
  | 'verbatim'
  | 'number'
  | 'ordinal'
  | 'position'
  | 'time'
  | 'role'
  | 'health'
  | 'flag'
  | 'invariant';

/** A value of an answer; `null`: unknown. A `flag` is "yes" or "no". */
export interface Plain {
  readonly is: Form;
  readonly value: string | null;
}

/** A sentence of ours; its values replace `{0}`, `{1}` … */
export interface Sentence {
  readonly label: string;
  readonly values: readonly Plain[];
}

/** The value of a fact or of a table cell. */
export type Cell =
  | Plain
  /**
   * The engine has no such value, or the value does not apply here; so it is not unknown. `word`: replaces the dash.
   */
  | { readonly is: 'absent'; readonly word?: Label }
  | { readonly is: 'word'; readonly word: Label }
  | { readonly is: 'sentence'; readonly sentence: Sentence }
  /** A node by its name and its id. */
  | { readonly is: 'node'; readonly name: string | null; readonly nodeId: string; readonly strong?: true }
  /** A role, and the engine's own word for it if that differs. */
  | { readonly is: 'told_role'; readonly role: Role; readonly told: string }
  /** A state and why it is so. */
  | { readonly is: 'state'; readonly state: string; readonly reason: string | null };

/** `isDetail`: the headline already says it, or people seldom look for it first. */
export interface Fact {
  readonly name: Title;
  readonly value: Cell;
  readonly isDetail?: true;
}

/** A column: `is` says how its plain values are written. `width` is in characters, for long tables. */
export interface Column {
  readonly key: string;
  readonly title: Label;
  readonly is: Form;
  readonly width: number;
  /** Shown only on narrow lines, where it replaces a part of a cell of another column. */
  readonly isNarrow?: true;
  /** Not what a person looks for first: shown when a row is unfolded, or when all columns are asked for. */
  readonly isDetail?: true;
}

/** A node that a row is about. `isSilent`: the node did not answer, so its values are those of its last report. */
export interface RowNode {
  readonly nodeId: string;
  readonly name: string | null;
  readonly isSilent?: true;
}

/** A table; the first column names the row. A plain value is written as its column says; `null` is unknown. */
export interface Table {
  readonly caption: Label;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null | Cell)[])[];
  /** The nodes that the rows are about, one for each row. */
  readonly nodes?: readonly RowNode[];
  /** The keys of the columns that a node reports about itself. */
  readonly own?: readonly string[];
  /** Shown instead of rows if there are none. */
  readonly empty: Label;
  /** For narrow lines: the column keys of each part; the parts stand one below the other. */
  readonly narrow: readonly (readonly string[])[];
}

/** Whether a member follows the primary: as it should, not as it reports, or not at all. */
export type FollowState = 'flowing' | 'broken' | 'none';

export interface TopologyNode {
  readonly nodeId: string;
  readonly name: string;
  readonly role: Role;
  /** The engine's own word for the role. */
  readonly told: string;
  readonly health: Health;
  readonly state: string;
  readonly haltReason: string | null;
  /** The kernel says that this node does not answer: its values are those of its last report. */
  readonly isSilent?: true;
  /** The name of the state says no more than role and health do. */
  readonly isStateImplied?: true;
  /** In the units of the topology. */
  readonly lag: readonly (string | null)[];
  readonly follows: FollowState;
}

/** A unit in which an engine states a lag; `short` of the unit is its symbol. */
export interface LagUnit {
  readonly unit: Label;
  /** Stands for the lag where there is room for one amount only. */
  readonly leads: boolean;
}

/** Members in the order of the answer, and who follows whom. `primary` is an index. */
export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly primary: number | null;
  readonly units: readonly LagUnit[];
  /** What the amounts beside the lines mean, if they do not say it themselves. */
  readonly legend: Label | null;
}

export interface Mark {
  readonly name: Label;
  /** The id of the marked thing, if it has one. */
  readonly id?: string;
  readonly at: string | null;
  readonly shape: 'tick' | 'diamond';
}

/** One axis of positions in bytes, its parts, and marks that have a line each. */
export interface Ruler {
  readonly from: string;
  readonly to: string;
  readonly parts: number;
  /** The range of the axis whose parts the answer lists, and how many parts there are in all; `null`: it lists all. */
  readonly shown: { readonly from: string; readonly to: string; readonly total: string | null } | null;
  /** Beginning and end of each part; empty if there are too many to draw apart. */
  readonly ends: readonly { readonly first: string; readonly end: string }[];
  readonly marks: readonly Mark[];
  /** Positions of marks that are too many for a line each. */
  readonly unnamed: readonly string[];
  /** A remark about all marks. */
  readonly beside: { readonly words: Label; readonly count?: string; readonly isKnown: boolean } | null;
}

export interface Span {
  readonly kind: 'snapshot' | 'checkpoint';
  readonly id: string;
  readonly first: string | null;
  readonly last: string | null;
}

/** Parts of one axis, each on a line of its own. */
export type Spans = { readonly spans: readonly Span[] };

/** A state of a machine; `entered` is the event that says that the state was passed. */
export interface State {
  readonly name: string;
  readonly isPresent: boolean;
  readonly isPassed: boolean;
  readonly entered: { readonly seq: string; readonly time: string | null } | null;
}

/** A transition between two states, by their indexes in `main`; `beside` is the state at the side. */
export interface Transition {
  readonly from: number | 'beside';
  readonly to: number | 'beside';
  readonly isTaken: boolean;
}

/** A state machine: states one below the other, one state beside the third, and the path that was taken. */
export interface States {
  readonly machine: string;
  readonly present: string;
  readonly main: readonly State[];
  readonly beside: State;
  readonly transitions: readonly Transition[];
  /** Types of the events that show the path. */
  readonly path: readonly string[];
  readonly denial: { readonly reason: string; readonly invariant: string } | null;
  /** Number of the event that says that the attempt was aborted. */
  readonly aborted: string | null;
  readonly hasAttempt: boolean;
}

/** An amount drawn as a bar. `column`: the key of the column that holds it in the table of the same nodes. */
export interface BarMeasure {
  readonly title: Label;
  readonly unit: Label;
  readonly most: string;
  readonly column?: string;
}

/** Amounts as bars, each measure on a scale of its own from 0 to `most`. */
export interface Bars {
  readonly measures: readonly BarMeasure[];
  readonly bars: readonly {
    readonly nodeId: string;
    readonly name: string | null;
    readonly amounts: readonly (string | null)[];
  }[];
  readonly scale: Sentence;
}

export type Block =
  | { readonly is: 'facts'; readonly facts: readonly Fact[] }
  | { readonly is: 'table'; readonly table: Table }
  | { readonly is: 'sentence'; readonly sentence: Sentence; readonly muted?: true }
  /** Says that the list that follows is only a part: which part, and what lies before and after it. */
  | { readonly is: 'part'; readonly sentences: readonly Sentence[] }
  | { readonly is: 'topology'; readonly topology: Topology }
  | { readonly is: 'ruler'; readonly ruler: Ruler }
  | { readonly is: 'spans'; readonly spans: Spans }
  | { readonly is: 'states'; readonly states: States }
  | { readonly is: 'bars'; readonly bars: Bars }
  /** `brief`: on narrow lines, leaves out what the document already says. */
  | {
      readonly is: 'events';
      readonly entries: readonly Entry[];
      readonly empty: Label;
      readonly isNewestFirst?: true;
      readonly brief?: true;
    }
  | {
      readonly is: 'changes';
      readonly changes: readonly StateChange[];
      readonly names: readonly { readonly nodeId: string; readonly name: string }[];
    }
  /** Named values, so many that a person needs a search. */
  | { readonly is: 'search'; readonly groups: readonly Group[]; readonly empty: Label };

/** Named values without further structure, in the engine's own order and words. */
export interface Group {
  readonly name: string;
  readonly entries: readonly { readonly key: string; readonly value: string }[];
}

/** A part of a document; a part without a title stands at the head. */
export interface DocumentSection {
  readonly title: Title | null;
  readonly blocks: readonly Block[];
}

/** What an engine calls things that every interface names, and which of them it has. */
export interface Terms {
  /** What grows with every change of authority: its name, and a phrase with its value; `null`: the engine has none. */
  readonly epoch: { readonly name: Label; readonly at: Label } | null;
  readonly primary: Label;
  /** Whether the engine counts commits; a missing count is then absent, not unknown. */
  readonly countsCommits: boolean;
  readonly countsControlVersions: boolean;
}

/** An answer as it is shown. `observer`: the node that answered, if the answer tells its name. */
export interface Document {
  /** The answer in one line, part by part: who is primary, at which epoch, how many members, who does not answer. */
  readonly headline?: readonly Sentence[];
  readonly terms: Terms;
  /** `null`: unknown; absent: the answer shows no epoch. */
  readonly epoch?: string | null;
  readonly observer?: { readonly nodeId: string; readonly name: string };
  /** What the answering node says about itself that affects the whole answer: it is halted, or cut off. */
  readonly selfReport?: readonly Sentence[];
  readonly sections: readonly DocumentSection[];
}

/** An answer and the document that shows it; the document is made at the first call. */
export type DocumentedReading<T> = Reading<T> & { readonly document: () => Document };

/** Makes the document of a view. */
export type Describe<T> = (view: Wire<T>, observer: string | null) => Document;

/** A label of ours; a test looks up every call of this in the dictionaries. */
export function label(text: string, short?: string): Label {
  return short === undefined ? { label: text } : { label: text, short };
}

/** A sentence of ours; a test looks up every call of this in the dictionaries. */
export function sentence(text: string, ...values: readonly Plain[]): Sentence {
  return { label: text, values };
}
