/**
 * Rehearses failures on a local cluster: what a person may do to its nodes from the terminal in which they run. It acts
 * on the processes and on their faults port, never through the kernel API. It decides nothing: it does what was typed,
 * to the node that was named, and reports what it did.
 */
import type { ClusterMember } from './config.ts';
import type { Load } from './load.ts';
import type { Nodes, NodeProcess, ReadyNode } from './nodes.ts';
import type { ClusterOptions } from './options.ts';
import { messageOf } from './vocabulary.ts';

export const HELP = `kill NODE     ends the process of a node at once, as a power cut would (SIGKILL)
pause NODE    the node answers nobody: its process runs and says nothing
cut NODE      cuts the node off from the other nodes, in both directions; it still answers you
back NODE     undoes it: starts the node again, lets it answer, or lets it reach the others
writes on     a client writes to the cluster; "writes off" ends that
nodes         the nodes, their addresses, and what was done to them here
help          this
quit          ends all nodes and this program, as Ctrl-C does

NODE is a name, such as node-2, or "primary": the one node that says of itself that it is primary.
This rehearses failures on this machine. It asks the cluster for nothing: promotions and demotions are asked for
in the editor or with aerodb-control.`;

/** How many milliseconds a node may take to report its role. */
const ANSWER_MS = 1_500;

/** The faults that a rehearsal can set. */
interface NodeFaults {
  readonly pause: boolean;
  readonly cut: 'none' | 'both';
}

const NO_FAULTS: NodeFaults = { pause: false, cut: 'none' };

/** A running node of this cluster, and the address of its faults port. */
interface RunningNode {
  readonly node: NodeProcess;
  readonly admin: string;
}

export class Rehearsal {
  readonly #nodes: Nodes;
  readonly #load: Load;
  readonly #options: ClusterOptions;
  readonly #admin = new Map<string, string>();
  readonly #faults = new Map<string, NodeFaults>();

  constructor(nodes: Nodes, ready: readonly ReadyNode[], load: Load, options: ClusterOptions) {
    this.#nodes = nodes;
    this.#load = load;
    this.#options = options;
    for (const node of ready) this.#isReady(node);
  }

  /** Where the data lies. */
  get data(): string {
    return this.#options.data;
  }

  /** Carries out a line and returns in words what it did; null if the person wants to end. */
  async run(line: string): Promise<string | null> {
    const [command = '', word = '', ...rest] = line.trim().split(/\s+/);
    if (rest.length > 0) return `"${line.trim()}" is more than a command and a node. Nothing was done. Try: help`;
    switch (command) {
      case '':
        return '';
      case 'help':
        return HELP;
      case 'quit':
      case 'exit':
        return null;
      case 'nodes':
        return this.describe();
      case 'writes':
        return this.#writes(word);
      case 'kill':
      case 'pause':
      case 'cut':
      case 'back': {
        const member = await this.#member(command, word);
        return typeof member === 'string' ? member : this[command](member);
      }
      default:
        return `There is no command "${command}". Nothing was done. Try: help`;
    }
  }

  /** The nodes as this program knows them: their processes, and what was done to them here. */
  describe(): string {
    return this.#nodes.cluster.members
      .map(member => `${member.name}  ${member.url}  ${this.#stateOf(member)}`)
      .join('\n');
  }

  async kill(member: ClusterMember): Promise<string> {
    const node = this.#nodes.process(member.name);
    if (node === undefined || node.end !== null) return this.#isNotRunning(member);
    node.signal('SIGKILL');
    await node.ended();
    return `${member.name} (process ${node.pid}) was killed with SIGKILL.`;
  }

  async pause(member: ClusterMember): Promise<string> {
    const running = this.#running(member);
    if (running === undefined) return this.#isNotRunning(member);
    return this.#ask(member, running, { ...this.#faultsOf(member), pause: true }, 'answers nobody now');
  }

  async cut(member: ClusterMember): Promise<string> {
    const running = this.#running(member);
    if (running === undefined) return this.#isNotRunning(member);
    const words = 'is cut off from the other nodes now, in both directions';
    return this.#ask(member, running, { ...this.#faultsOf(member), cut: 'both' }, words);
  }

  async back(member: ClusterMember): Promise<string> {
    const running = this.#running(member);
    if (running === undefined) {
      const again = await this.#nodes.startAgain(member);
      this.#isReady(again);
      return `${member.name} was started again, on its own data: process ${again.pid}.`;
    }
    const { pause, cut } = this.#faultsOf(member);
    if (!pause && cut === 'none')
      return `${member.name} (process ${running.node.pid}) runs, and nothing was done to it here. Nothing was done.`;
    const words = [...(pause ? ['answers again'] : []), ...(cut === 'both' ? ['reaches the other nodes again'] : [])];
    return this.#ask(member, running, NO_FAULTS, words.join(' and '));
  }

  #writes(word: string): string {
    const rate = `${this.#load.perSecond} writes per second, to whichever node accepts them`;
    if (word === 'on') {
      if (this.#load.isOn) return `A client writes already: ${rate}.`;
      this.#load.start();
      return `A client writes now: ${rate}.`;
    }
    if (word !== 'off') return 'Say "writes on" or "writes off". Nothing was done.';
    if (!this.#load.isOn) return 'No client of this program writes. Nothing was done.';
    this.#load.stop();
    return 'The client of this program writes no more.';
  }

  /** The member that a word names, or why it names none. */
  async #member(command: string, word: string): Promise<ClusterMember | string> {
    const { members } = this.#nodes.cluster;
    const names = members.map(({ name }) => name).join(', ');
    if (word === '') return `Say which node: "${command} NODE". There are ${names}. Nothing was done.`;
    if (word !== 'primary')
      return (
        members.find(({ name }) => name === word) ?? `There is no node "${word}"; there are ${names}. Nothing was done.`
      );
    const roles = await Promise.all(members.map(async member => ({ member, role: await this.#roleOf(member) })));
    const primaries = roles.filter(({ role }) => role === 'primary').map(({ member }) => member);
    const [primary] = primaries;
    if (primary === undefined) return 'No node says of itself that it is primary. Nothing was done: name a node.';
    if (primaries.length > 1) {
      const both = primaries.map(({ name }) => name).join(' and ');
      return `${both} each say that they are primary. Nothing was done: name one.`;
    }
    return primary;
  }

  /** The role that a node reports; null if it does not answer. */
  async #roleOf({ id, url }: ClusterMember): Promise<string | null> {
    const token = this.#options.observerToken ?? this.#options.operatorToken;
    try {
      const response = await fetch(new URL(`/v1/nodes/${id}`, url), {
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const answer = (await response.json()) as { readonly data?: { readonly role?: string } };
      return answer.data?.role ?? null;
    } catch {
      return null;
    }
  }

  async #ask(member: ClusterMember, { node, admin }: RunningNode, faults: NodeFaults, words: string): Promise<string> {
    const name = `${member.name} (process ${node.pid})`;
    try {
      const { ok, status } = await fetch(admin, { method: 'POST', body: JSON.stringify(faults) });
      if (!ok) return `${name} did not take it (${status}). It is as it was.`;
    } catch (error) {
      return `${name} could not be told: ${messageOf(error)}. It is not known whether it took it.`;
    }
    this.#faults.set(member.name, faults);
    return `${name} ${words}.`;
  }

  #isReady({ name, admin }: ReadyNode): void {
    if (admin !== undefined) this.#admin.set(name, admin);
    this.#faults.delete(name);
  }

  #running({ name }: ClusterMember): RunningNode | undefined {
    const [node, admin] = [this.#nodes.process(name), this.#admin.get(name)];
    return node === undefined || node.end !== null || admin === undefined ? undefined : { node, admin };
  }

  #faultsOf({ name }: ClusterMember): NodeFaults {
    return this.#faults.get(name) ?? NO_FAULTS;
  }

  #isNotRunning(member: ClusterMember): string {
    const end = this.#nodes.process(member.name)?.end ?? 'never started';
    return `${member.name} is not running: ${end}. Nothing was done.`;
  }

  #stateOf(member: ClusterMember): string {
    const node = this.#nodes.process(member.name);
    if (node === undefined || node.end !== null) return `ended: ${node?.end ?? 'never started'}`;
    const { pause, cut } = this.#faultsOf(member);
    return [`process ${node.pid}`, ...(pause ? ['paused here'] : []), ...(cut === 'both' ? ['cut off here'] : [])].join(
      ', ',
    );
  }
}
