/**
 * What an engine (a kind of database system) says about itself, the same for all its clusters. Nothing here contacts
 * anybody. Outside its own folder, no code names an engine or uses a word that only one engine has.
 */
import type * as z from 'zod/mini';
import type { ClusterConfig } from './clusters/cluster.ts';
import type { CommandName } from './commands/commands.ts';
import type { Document } from './model/document.ts';
import type { ControlError, Outcome } from './model/errors.ts';
import type { KernelEvent, Wire } from './model/views.ts';

/** A secret that a cluster of this engine may need. Its texts are whole sentences, translated by the editor. */
export interface SecretKind {
  /** The key under which the secret is kept and handed to the engine. */
  readonly id: string;
  /** Its name within a sentence: "access token". */
  readonly noun: string;
  /**
   * What the secret is bound to: when the cluster's address or account changes, a person must give the secret again.
   * `undefined`: the cluster, as configured, does not need this secret.
   */
  readonly boundTo: (cluster: ClusterConfig) => readonly unknown[] | undefined;
  /** What the secret must look like, if it has a form. These sentences never repeat any part of a secret. */
  readonly form?: {
    readonly holds: (secret: string) => boolean;
    /** Shown when a stored secret does not have the form. */
    readonly refused: string;
    /** Shown in the editor while a person types something of another form. */
    readonly misfit: string;
    /** The form in a word or two, if people must know it before they type. */
    readonly asked: string | null;
  };
  /** The account that the secret belongs to, if there is one. */
  readonly account?: (cluster: ClusterConfig) => string | undefined;
  /**
   * Where the terminal program finds the secret: the field of its configuration that names files, and an environment
   * variable.
   */
  readonly terminal: { readonly files: string; readonly variable: string };
  /** How the editor asks for the secret and reports the result; `{0}` in `kept` and `removed` is the cluster's name. */
  readonly editor: {
    readonly label: string;
    /** `{0}` is the result of `account`. */
    readonly placeHolder: string;
    readonly prompt: string;
    readonly kept: string;
    readonly removed: string;
  };
}

/** The building blocks from which an engine describes its own fields of a configured cluster. */
export interface ConfigurationForms {
  /** Text that reads like a name of at most `most` characters, and may therefore be shown and recorded. */
  readonly name: (most: number) => Form;
  /** Host and port; an IPv6 address stands in brackets. */
  readonly hostAndPort: Form;
  /** A list with at least one item of this form. */
  readonly list: (of: Form) => Form;
  /** An object with exactly these fields. */
  readonly object: (members: Readonly<Record<string, Form>>) => Form;
  /** A field that may be left out. */
  readonly optional: (form: Form) => Form;
}

/** The form of one field of a configured cluster. */
export type Form = z.core.$ZodType;

/** The fields of a configured cluster that only one engine has. */
export type EngineOptions = Readonly<Record<string, Form>>;

/** What an address of one scheme is. */
export interface AddressScheme {
  /** An address without TLS: allowed only on loopback. */
  readonly isPlain: boolean;
  /** Whether the address may have a path, as behind a proxy; an address without a path must name its port. */
  readonly hasPath: boolean;
}

/** An event of the past as it is recorded: 64-bit values are decimal strings. */
export type PastEvent = Wire<KernelEvent>;

/**
 * The event that begins an epoch: before it, nobody can have read a state of this epoch held by this primary. `primary`
 * is `null`: held by any node. If the cluster keeps one history, this is true for later epochs, too.
 */
export interface Begin {
  /** The index of the event in the given list. */
  readonly event: number;
  readonly epoch: bigint;
  readonly primary: string | null;
}

/** The history that an engine keeps, and what it proves beyond its own order. Pure. */
export interface Past {
  /** `node`: each node keeps its own history · `cluster`: all members tell the same one. */
  readonly keptBy: 'node' | 'cluster';
  /** The field that orders the events, and by which two reports are known to be of the same event. */
  readonly key: 'seq' | 'time';
  /** Whether a skipped number means a missing event. */
  readonly isCounted: boolean;
  /** `events` belong to one history, in its order. */
  readonly begins: (events: readonly PastEvent[]) => readonly Begin[];
  /**
   * The last event that the node had when it gave this answer. `events` are those of one request, in the node's order.
   */
  readonly named: (answer: string, events: readonly PastEvent[], node: string) => PastEvent | undefined;
  /** What an event proves about the outcome of its request; `null`: nothing. */
  readonly outcome: (event: PastEvent) => Outcome | null;
}

export interface Engine {
  /** The `kind` of a configured cluster. */
  readonly id: string;
  /** The name that people use. */
  readonly label: string;
  /** The path in the package of the engine's guide; without one, the overview describes the engine. */
  readonly guide?: string;
  /**
   * Whether the configuration may say which member an address leads to. The member that answers may announce another
   * name.
   */
  readonly namesMembers: boolean;
  /** What its addresses look like, by scheme, and how a person is asked for them. */
  readonly addresses: {
    readonly schemes: Readonly<Record<string, AddressScheme>>;
    readonly example: string;
    readonly prompt: string;
  };
  /** The secrets that its clusters may need; the first one is asked for when a person adds a cluster. */
  readonly secrets: readonly [SecretKind, ...(readonly SecretKind[])];
  /** What is special about a command with this engine, for the help. */
  readonly help: Readonly<Partial<Record<CommandName, string>>>;
  readonly options: (forms: ConfigurationForms) => EngineOptions;
  /** The form of an address that the client uses, made from the form that this engine writes. */
  readonly bareAddress: (url: string) => string;
  /**
   * What the engine shows beside a recorded explanation; `null` if it cannot show it. Loads its code at the first call.
   */
  readonly describeRecorded: (target: string, kernel: RecordedKernel | null) => Promise<Document | null>;
  /** The history that the engine keeps. Loads its code at the first call. */
  readonly past: () => Promise<Past>;
  /** Whether a kernel's answer asks for a secret, or for another secret than the one it got. */
  readonly wantsSecret: (error: ControlError) => boolean;
  /** Whether a node can be asked for the outcome of a request. */
  readonly looksUpRequests: boolean;
  /** What its states, halts and denials mean in the words of its contract; the keys are the words in its answers. */
  readonly meanings: ReadonlyMap<string, string>;
  /** Why a text cannot be the id of a node. */
  readonly invalidNodeId: (node: string) => ControlError | undefined;
}

/** What a record holds of the kernel's state beside an explanation; only what every engine has. */
export interface RecordedKernel {
  readonly epoch: string | null;
  readonly members: readonly unknown[];
}

/** All engines; the first one is the default. */
export type Engines = readonly [Engine, ...(readonly Engine[])];

/**
 * The engine of a configured cluster. Throws for an unknown kind, because the kind was checked when the configuration
 * was parsed.
 */
export function engineOf<E extends Engine>(engines: readonly E[], { kind }: Pick<ClusterConfig, 'kind'>): E {
  const engine = engines.find(({ id }) => id === kind);
  if (engine === undefined) throw new Error(`no engine "${kind}"`);
  return engine;
}
