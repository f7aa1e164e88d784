/**
 * An engine that exists only here, an abacus: three frames, of which one counts. It is what the seam of the engines is
 * tried with: the interfaces show it, and people control it, without a word about it in any source.
 */
import { label, type Cell, type Document, type Terms } from '../../../src/control-plane/model/document.ts';
import {
  failure,
  kernelRejection,
  refusal,
  success,
  transportFailure,
} from '../../../src/control-plane/model/errors.ts';
import type { ControlError, Result } from '../../../src/control-plane/model/errors.ts';
import type { ControlRequest, Kernel } from '../../../src/control-plane/ports.ts';
import { urlsOf, type ClusterConfig } from '../../../src/control-plane/clusters/cluster.ts';
import type { ClusterView, KernelExplanation, Member, Reading } from '../../../src/control-plane/model/views.ts';
import type { EngineAdapter } from '../../../src/engines/adapter.ts';
import { HTTP_SCHEMES } from '../../../src/engines/http/schemes.ts';
import { documented, fact, facts, plain, section, table } from '../../../src/engines/documents.ts';

/** What the frames of an abacus answer: `GET /abacus`. */
export interface Abacus {
  readonly turn: string;
  readonly counting: string;
  readonly frames: readonly { readonly name: string; readonly beads: string }[];
}

const TERMS: Terms = {
  epoch: { name: label('Turn'), at: label('turn {0}') },
  primary: label('Counting frame'),
  countsCommits: false,
  countsControlVersions: false,
};

interface Frame extends Member {
  readonly beads: string;
}

interface AbacusView extends ClusterView {
  readonly members: readonly Frame[];
}

/** What of a frame is shown: the same in an answer and in its JSON. */
type Shown = Pick<Frame, 'nodeId' | 'name' | 'role' | 'health' | 'replicationState' | 'beads'>;

function framesOf({ frames, counting }: Abacus): readonly Frame[] {
  return frames.map(({ name, beads }) => ({
    nodeId: name,
    name,
    apiUrl: null,
    role: name === counting ? 'primary' : 'replica',
    replicationState: name === counting ? 'counting' : 'resting',
    haltReason: null,
    health: 'running',
    healthBasis: 'the frame can be seen',
    durableOffset: null,
    durableCommitId: null,
    lagBytes: null,
    lagCommits: null,
    lastContact: null,
    beads,
  }));
}

/** The frames as a picture and as rows. */
function framesDocument(epoch: string | null, members: readonly Shown[]): Document {
  const word = (role: string): string => (role === 'primary' ? 'counting frame' : 'resting frame');
  return {
    terms: TERMS,
    epoch,
    sections: [
      section(null, facts(fact(label('Frames'), plain('number', members.length.toString())))),
      section(label('Topology'), {
        is: 'topology',
        topology: {
          nodes: members.map(member => ({
            nodeId: member.nodeId,
            name: member.name,
            role: member.role,
            told: word(member.role),
            health: member.health,
            state: member.replicationState,
            haltReason: null,
            lag: [],
            follows: 'none',
          })),
          primary: members.findIndex(({ role }) => role === 'primary'),
          units: [],
          legend: null,
        },
      }),
      section(
        label('Frames'),
        table({
          caption: label('Frames'),
          columns: [
            { key: 'member', title: label('Frame'), is: 'text', width: 20 },
            { key: 'role', title: label('Role'), is: 'role', width: 20 },
            { key: 'beads', title: label('Beads'), is: 'number', width: 10 },
          ],
          rows: members.map(({ name, role, beads }): readonly (string | Cell)[] => [
            name,
            { is: 'told_role', role, told: word(role) },
            beads,
          ]),
          empty: label('There are no frames.'),
          narrow: [['member', 'role', 'beads']],
        }),
      ),
    ],
  };
}

/** One request over HTTP to an address: what the small kernel has in place of a protocol. */
async function ask(url: string, path: string, body?: object): Promise<{ status: number; text: string }> {
  const answer = await fetch(url + path, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(5_000),
  });
  return { status: answer.status, text: await answer.text() };
}

async function read(cluster: ClusterConfig, from = firstOf(cluster)): Promise<Result<Reading<AbacusView>>> {
  try {
    const { text } = await ask(from, '/abacus');
    const abacus = JSON.parse(text) as Abacus;
    const observed = {
      snapshot: 'seen',
      commitId: null,
      controlVersion: null,
      nodeId: abacus.counting,
      time: '2026-11-29T10:00:00.000Z',
      clock: 'abacus-clock',
    };
    const view = {
      clusterId: null,
      name: 'abacus',
      epoch: BigInt(abacus.turn),
      primaryId: abacus.counting,
      members: framesOf(abacus),
    };
    return success({ view, observed, endpoint: from, skipped: [], notes: [] });
  } catch (error) {
    return failure(unreachable(String(error)));
  }
}

function firstOf(cluster: ClusterConfig): string {
  return urlsOf(cluster)[0] ?? '';
}

function unreachable(why: string): ControlError {
  return transportFailure('PHASE7_CONNECTION_FAILED', `The abacus cannot be seen: ${why}.`, 'not_executed');
}

const NOT_HERE = 'An abacus has no such thing.';

function refused(): Promise<ReturnType<typeof failure>> {
  return Promise.resolve(failure(refusal('PHASE7_OPERATION_UNSUPPORTED', `${NOT_HERE} Nothing was sent.`)));
}

function kernelOf(cluster: ClusterConfig, access: string): Kernel {
  return {
    access,
    unsupported: {
      readReplication: NOT_HERE,
      readPromotion: NOT_HERE,
      readWal: NOT_HERE,
      readSnapshots: NOT_HERE,
      declareDiagnosticsCost: NOT_HERE,
      collectDiagnostics: NOT_HERE,
      explainDemotion: NOT_HERE,
      demote: NOT_HERE,
    },
    hasControlVersion: false,
    readCluster: async from =>
      documented(await read(cluster, from), ({ epoch, members }) => framesDocument(epoch, members)),
    readNode: async node => {
      const all = await read(cluster);
      if (!all.ok) return all;
      const member = all.value.view.members.find(({ nodeId }) => nodeId === node);
      if (member === undefined) return failure(unreachable(`it has no frame ${node}`));
      const reading = { ...all.value, view: { member, source: 'self', epoch: all.value.view.epoch } as const };
      return documented(success(reading), view =>
        framesDocument(view.epoch, [{ ...view.member, beads: member.beads }]),
      );
    },
    readReplication: refused,
    readPromotion: refused,
    readWal: refused,
    readSnapshots: refused,
    declareDiagnosticsCost: refused,
    collectDiagnostics: refused,
    explainPromotion: async (target, mode) => {
      const all = await read(cluster);
      if (!all.ok) return all;
      const { view } = all.value;
      const explanation: KernelExplanation = {
        target,
        clusterId: null,
        mode,
        decision: null,
        reason: null,
        checks: [],
        overriddenInvariants: [],
        epoch: view.epoch,
        primaryId: view.primaryId,
        members: view.members,
        controlVersion: null,
        answerMs: null,
      };
      return success({
        ...all.value,
        view: explanation,
        words: {
          action: `Ask the abacus to let frame "${target}" count.`,
          changes: [{ component: 'counting frame', nodeId: null, before: view.primaryId, after: target }],
          consequences: (['node', 'cluster', 'replication', 'durability'] as const).map(scope => ({
            scope,
            text: `The ${scope} of an abacus is moved by hand.`,
          })),
          facts: [],
          undo: 'Letting the other frame count again is another request.',
          rejection: ['The abacus refuses a frame that counts already.'],
          protection: 'Nothing protects against acting on an old view of an abacus.',
          reliedOn: ['P7-A2', 'P7-E1'],
          document: framesDocument(String(view.epoch), view.members),
        },
      });
    },
    explainDemotion: refused,
    promote: request => promote(cluster, request),
    demote: refused,
  };
}

async function promote(
  cluster: ClusterConfig,
  { requestId, target, reason }: ControlRequest,
): ReturnType<Kernel['promote']> {
  const { status, text } = await ask(firstOf(cluster), '/count', { target, reason, requestId });
  if (status !== 200)
    return failure(kernelRejection('ABACUS_REFUSED', text, [], 'not_executed', { status, body: text, details: null }));
  return success({
    result: {
      requestId,
      kind: 'count',
      mode: null,
      target,
      outcome: 'executed',
      epoch: null,
      controlVersion: null,
      changes: [{ component: 'counting frame', nodeId: null, before: null, after: target }],
      events: [],
    },
    body: text,
    sentence: `The abacus answered: ${text}`,
    document: () => ({
      terms: TERMS,
      sections: [section(null, facts(fact(label('Counting frame'), plain('text', target))))],
    }),
  });
}

export const SMALL: EngineAdapter = {
  id: 'abacus',
  label: 'Abacus',
  namesMembers: false,
  addresses: { schemes: HTTP_SCHEMES, example: 'http://127.0.0.1:1', prompt: 'Where the abacus stands.' },
  secrets: [
    {
      id: 'token',
      noun: 'abacus token',
      boundTo: cluster => [urlsOf(cluster)],
      terminal: { files: 'tokenFiles', variable: 'AERODB_TOKEN' },
      editor: {
        label: 'Abacus token',
        placeHolder: 'Abacus token',
        prompt: 'An abacus needs none.',
        kept: 'The abacus token of "{0}" is kept.',
        removed: 'The abacus token of "{0}" is gone.',
      },
    },
  ],
  help: { request_promotion: 'On an abacus another frame counts from then on.' },
  options: ({ optional, name }) => ({ wood: optional(name(20)) }),
  describeRecorded: () => Promise.resolve(null),
  bareAddress: url => url,
  past: () =>
    Promise.resolve({
      keptBy: 'node',
      key: 'seq',
      isCounted: true,
      begins: () => [],
      named: () => undefined,
      outcome: () => null,
    }),
  wantsSecret: () => false,
  looksUpRequests: false,
  meanings: new Map(),
  invalidNodeId: node =>
    node.startsWith('frame-')
      ? undefined
      : refusal('PHASE7_INVALID_NODE_ID', 'A frame of an abacus is called frame-N. Nothing was sent.', 'node'),
  load: () => Promise.resolve(),
  open: (cluster, _secrets, { fingerprint }) => Promise.resolve(kernelOf(cluster, fingerprint)),
};
