/**
 * What an engine, a kind of database system, says of itself: the same for every cluster of it. Nothing of it contacts
 * anybody, and nothing outside of an engine's own folder names one or knows a word that only one has.
 */
import type * as z from 'zod/mini';
import type { ClusterConfig } from './clusters/cluster.ts';
import type { CommandName } from './commands/commands.ts';
import type { Document } from './model/document.ts';
import type { ControlError, Outcome } from './model/errors.ts';
import type { KernelEvent, Wire } from './model/views.ts';

/** A secret that a cluster of this engine may need. Its texts are whole sentences, translated by the editor. */
export interface SecretKind {
  /** By which it is kept and handed to the engine. */
  readonly id: string;
  /** In a sentence: "access token". */
  readonly noun: string;
  /**
   * What it is given for: a secret of a cluster that is reached elsewhere, or as another one, has to be given anew.
   * `undefined`: the cluster, as it is configured, has no use for it.
   */
  readonly boundTo: (cluster: ClusterConfig) => readonly unknown[] | undefined;
  /** What it has to look like, where it has a form; the sentences repeat nothing of a secret. */
  readonly form?: {
    readonly holds: (secret: string) => boolean;
    /** Said where a secret of another form is to be used. */
    readonly refused: string;
    /** Said in the editor while another form is typed. */
    readonly misfit: string;
    /** The form in a word or two, where people have to know it beforehand. */
    readonly asked: string | null;
  };
  /** Whose secret it is, where it is somebody's. */
  readonly account?: (cluster: ClusterConfig) => string | undefined;
  /** Where the terminal program looks for it: a member of its configuration that names files, and a variable. */
  readonly terminal: { readonly files: string; readonly variable: string };
  /** How the editor asks for it and says what became of it; `{0}` in `kept` and `removed` is the cluster's name. */
  readonly editor: {
    readonly label: string;
    /** `{0}` is what `account` says. */
    readonly placeHolder: string;
    readonly prompt: string;
    readonly kept: string;
    readonly removed: string;
  };
}

/** The forms of which an engine makes the members of a configured cluster that only it has. */
export interface ConfigurationForms {
  /** Text that reads like a name of at most so many characters, and may therefore be shown and recorded. */
  readonly name: (most: number) => Form;
  /** Host and port; an IPv6 address stands in brackets. */
  readonly hostAndPort: Form;
  /** At least one of a form. */
  readonly list: (of: Form) => Form;
  /** These members and no others. */
  readonly object: (members: Readonly<Record<string, Form>>) => Form;
  /** A member that may be left out. */
  readonly optional: (form: Form) => Form;
}

/** What a member of a configured cluster has to be. */
export type Form = z.core.$ZodType;

/** The members of a configured cluster that only one engine has. */
export type EngineOptions = Readonly<Record<string, Form>>;

/** What an address of one scheme is. */
export interface AddressScheme {
  /** Without TLS: for loopback only. */
  readonly isPlain: boolean;
  /** Whether it may be below a path, as behind a proxy; without one it names its port. */
  readonly hasPath: boolean;
}

/** An event of the past as it is written down: 64-bit values are decimal strings. */
export type PastEvent = Wire<KernelEvent>;

/**
 * The moment of an event before which nobody can have read a state of this epoch held by this primary; `null`: by
 * whomever. Of a cluster that keeps one history, neither a state of a later epoch.
 */
export interface Begin {
  /** Place of the event in what was given. */
  readonly event: number;
  readonly epoch: bigint;
  readonly primary: string | null;
}

/** What an engine keeps of the past, and what that proves beyond its own order. Pure. */
export interface Past {
  /** `node`: each node its own · `cluster`: all members tell one. */
  readonly keptBy: 'node' | 'cluster';
  /** By what its events are ordered, and by what two tellings are of one event. */
  readonly key: 'seq' | 'time';
  /** Whether numbers that are skipped are events that are not there. */
  readonly isCounted: boolean;
  /** `events` are of one history, in its order. */
  readonly begins: (events: readonly PastEvent[]) => readonly Begin[];
  /** Of the events of a request, in the order of a node's history, the last that was there before this answer. */
  readonly named: (answer: string, events: readonly PastEvent[], node: string) => PastEvent | undefined;
  /** What an event says of the end of its request; `null`: nothing. */
  readonly outcome: (event: PastEvent) => Outcome | null;
}

export interface Engine {
  /** The `kind` of a configured cluster. */
  readonly id: string;
  /** How people call it. */
  readonly label: string;
  /** The document about it that ships, by its path in the package; the overview speaks of an engine without one. */
  readonly guide?: string;
  /** Whether an address may be said to lead to a named member, because what answers there may announce another one. */
  readonly namesMembers: boolean;
  /** How its addresses look, by their schemes, and how a person is asked for them. */
  readonly addresses: {
    readonly schemes: Readonly<Record<string, AddressScheme>>;
    readonly example: string;
    readonly prompt: string;
  };
  /** The secrets that its clusters may need; the first one is asked for when a cluster is added. */
  readonly secrets: readonly [SecretKind, ...(readonly SecretKind[])];
  /** What is to be known of a command beside what holds for every engine. */
  readonly help: Readonly<Partial<Record<CommandName, string>>>;
  readonly options: (forms: ConfigurationForms) => EngineOptions;
  /** An address as it is asked, from how this engine writes its own addresses. */
  readonly bareAddress: (url: string) => string;
  /**
   * What it shows beside an explanation that stands in a record; `null` for what it does not know how to show. Loads
   * its code when it is asked.
   */
  readonly describeRecorded: (target: string, kernel: RecordedKernel | null) => Promise<Document | null>;
  /** What it keeps of the past. Loads its code when it is asked. */
  readonly past: () => Promise<Past>;
  /** Whether a kernel's answer asks for a secret, or for another one than it was shown. */
  readonly wantsSecret: (error: ControlError) => boolean;
  /** Whether a node of it can be asked what became of a request. */
  readonly looksUpRequests: boolean;
  /** What its states, halts and denials mean, in the words of its contract, by the words that it answers with. */
  readonly meanings: ReadonlyMap<string, string>;
  /** Why a text cannot be the id of a node. */
  readonly invalidNodeId: (node: string) => ControlError | undefined;
}

/** What a record holds of the kernel's state beside an explanation, as far as every engine has it. */
export interface RecordedKernel {
  readonly epoch: string | null;
  readonly members: readonly unknown[];
}

/** The engines that there are; the first one is meant where none is named. */
export type Engines = readonly [Engine, ...(readonly Engine[])];

/** The engine of a configured cluster. Its kind was checked when it was parsed: throws where there is none of it. */
export function engineOf<E extends Engine>(engines: readonly E[], { kind }: Pick<ClusterConfig, 'kind'>): E {
  const engine = engines.find(({ id }) => id === kind);
  if (engine === undefined) throw new Error(`no engine "${kind}"`);
  return engine;
}
