/**
 * A session of the control plane over the real boundary, the real audit log and a counting server. Only the person, the
 * clock and the ids are scripted.
 */
import { join } from 'node:path';
import { ENGINES } from '../../src/engines/registry.ts';
import type { AuditFiles } from '../../src/audit/files.ts';
import { openAuditLog } from '../../src/audit/log.ts';
import type { ClusterConfig } from '../../src/control-plane/clusters/cluster.ts';
import { ControlPlane } from '../../src/control-plane/control-plane.ts';
import type { CommandResult } from '../../src/control-plane/request/result.ts';
import { failure, refusal, success, type ControlError } from '../../src/control-plane/model/errors.ts';
import type { FlowFailure } from '../../src/control-plane/request/flow.ts';
import type {
  AuditLog,
  Clusters,
  ConfirmationAnswer,
  ConfirmationPrompt,
  Confirmer,
} from '../../src/control-plane/ports.ts';
import { connect } from '../../src/engines/connect.ts';
import { removeFolder, temporaryFolder } from '../support/folders.ts';
import { kernelServer, type HttpRunning, type Received } from '../support/servers.ts';
import { clusterOf, PATIENT, N2 } from '../support/wire.ts';
import { recordsIn } from '../support/records-in.ts';

/** What the scripted person does when asked. */
export type Person = (
  prompt: ConfirmationPrompt,
  voided: AbortSignal,
) => ConfirmationAnswer | Promise<ConfirmationAnswer>;

/** Reads everything, acknowledges everything, types the name. */
export const consents: Person = prompt => ({
  kind: 'confirmed',
  token: prompt.token,
  typedName: prompt.nodeName,
  acknowledged: prompt.acknowledge,
});

const folders: string[] = [];

/** Removes what the sessions of a test have written. */
export function removeFolders(): void {
  for (const folder of folders.splice(0)) removeFolder(folder);
}

export interface Session {
  readonly plane: ControlPlane;
  readonly server: HttpRunning;
  readonly folder: string;
  /** What the person was asked, in order. */
  readonly asked: ConfirmationPrompt[];
  /** The configured clusters; a test may change them. */
  readonly clusters: Map<string, ClusterConfig>;
  /** The records in the file, in order. */
  records(): readonly AuditRecordShape[];
  /** Control requests that reached the server. */
  controls(): readonly Received[];
}

/** The members of a record that tests look at. */
export interface AuditRecordShape {
  readonly seq: string;
  readonly hash: string;
  readonly stage: string;
  readonly n: string;
  readonly authority: string;
  readonly request_id?: string;
  readonly command?: string;
  readonly outcome?: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly error?: { readonly code: string; readonly invariants: readonly string[]; readonly message: string };
  readonly kernel_response?: { readonly body: string; readonly code: string | null };
  readonly [field: string]: unknown;
}

export interface SessionOptions {
  readonly person?: Person;
  readonly unavailable?: ControlError;
  readonly account?: string;
  readonly server?: HttpRunning;
  readonly audit?: (log: AuditLog) => AuditLog;
  /** The file operations of the log. */
  readonly files?: AuditFiles;
  readonly ids?: () => string;
  readonly cluster?: Partial<ClusterConfig>;
  readonly connect?: Clusters['connect'];
}

/** Opens a session as Observer; the cluster is called "orders" and its one server speaks for node N2. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const folder = temporaryFolder('aerodb-');
  folders.push(folder);
  const server = options.server ?? (await truthfulServer());
  const clusters = new Map<string, ClusterConfig>([['orders', { ...clusterOf([server.url]), ...options.cluster }]]);
  const asked: ConfirmationPrompt[] = [];
  const confirmer: Confirmer = {
    unavailable: () => options.unavailable,
    confirm: async (prompt, voided) => {
      asked.push(prompt);
      return await (options.person ?? consents)(prompt, voided);
    },
  };
  const log = openAuditLog({ directory: folder, ...(options.files === undefined ? {} : { files: options.files }) });
  const plane = new ControlPlane({
    engines: ENGINES,
    audit: options.audit?.(log) ?? log,
    clusters: {
      find: name => {
        const config = clusters.get(name);
        return config === undefined
          ? failure(
              refusal(
                'PHASE7_MALFORMED_REQUEST',
                `No cluster called "${name}" is configured. Nothing was sent.`,
                'cluster',
              ),
            )
          : success(structuredClone(config)); // as the real ones do: read anew at every question
      },
      entries: () => [...clusters.values()],
      connect: options.connect ?? (cluster => connect(cluster, { timeouts: PATIENT })),
    },
    confirmer,
    clock: { name: 'test-clock', now: () => '2026-11-21T10:00:00.000Z' },
    ids: { uuid: options.ids ?? countedIds() },
    operator: { account: options.account ?? 'ann', host: 'desk', name: null },
  });
  return {
    plane,
    server,
    folder,
    asked,
    clusters,
    records: () => readRecords(folder),
    controls: () => server.received.filter(({ method }) => method !== 'GET'),
  };
}

/** A session that is Operator of "orders". */
export async function openOperator(options: SessionOptions = {}): Promise<Session> {
  const session = await openSession(options);
  const changed = await session.plane.changeAuthority({ level: 'Operator', cluster: 'orders' });
  if (!changed.ok) throw new Error(changed.error.message);
  return session;
}

/** A truthful node N2, whose answers a test may bend. */
export function truthfulServer(
  bend?: (request: Received) => { readonly status: number; readonly value: unknown } | undefined,
): Promise<HttpRunning> {
  return kernelServer(N2, {}, bend);
}

export function readRecords(folder: string): readonly AuditRecordShape[] {
  return recordsIn(join(folder, 'audit.jsonl')) as readonly AuditRecordShape[];
}

export function failed(result: CommandResult): FlowFailure {
  if (result.kind !== 'failed') throw new Error(`a failure was expected, not "${result.kind}"`);
  return result;
}

let sessions = 0;

/** UUIDs in a fixed order, different in every session. */
function countedIds(): () => string {
  const session = (++sessions).toString(16).padStart(8, '0');
  let count = 0;
  return () => `${session}-0000-4000-8000-${(++count).toString(16).padStart(12, '0')}`;
}
