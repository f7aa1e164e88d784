/**
 * Every recorded answer of a real cluster (`test/patroni/capture.ts`), replayed byte for byte: each read is understood whole, and each
 * control request ends with the outcome that its answer proves and no other.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/control-plane/errors.ts';
import { connect } from '../../src/kernel/connect.ts';
import { ask, askText, type Access } from '../../src/kernel/patroni/ask.ts';
import { membersOf } from '../../src/kernel/patroni/members.ts';
import * as schema from '../../src/kernel/patroni/schema.ts';
import { promotion } from './patroni.ts';
import { answeringBytes, closeAll, rawServer, type Running } from './servers.ts';
import { PATIENT, valueOf } from './wire.ts';

interface Capture {
  readonly request: { readonly method: string; readonly path: string; readonly body: string | null };
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const FOLDER = join(import.meta.dirname, 'patroni/captures');
const captures = new Map(readdirSync(FOLDER).filter((file) => file.endsWith('.json')).map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Capture]));

/** Answers as it was recorded; status 0 is a connection that ended without a byte. */
async function replay({ status, statusText, headers, body }: Capture): Promise<Running> {
  if (status === 0) return await rawServer((socket) => void socket.once('data', () => socket.end()));
  return await answeringBytes(() => [`HTTP/1.0 ${status} ${statusText}`, ...headers, '', body].join('\r\n'));
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  switchover: 'executed', 'switchover-to-stalled': 'executed', failover: 'executed', 'failover-paused': 'executed', 'race-2': 'executed',
  'race-1': 'unknown', 'failed-candidate-is-leader': 'unknown', 'rejected-leader-mismatch': 'unknown', 'rejected-no-leader': 'unknown', 'switchover-etcd-frozen': 'unknown', 'switchover-etcd-just-frozen': 'unknown', 'switchover-status-unknown': 'unknown',
  scheduled: 'unknown', 'scheduled-deleted': 'unknown',
  forbidden: 'not_executed', unauthenticated: 'not_executed', 'wrong-password': 'not_executed',
  'rejected-candidate-not-synchronous': 'not_executed', 'rejected-dead-candidate': 'not_executed', 'rejected-empty-body': 'not_executed',
  'rejected-failover-without-candidate': 'not_executed', 'rejected-no-leader-named': 'not_executed',
  'rejected-no-such-candidate': 'not_executed', 'rejected-paused-without-candidate': 'not_executed', 'rejected-unknown-path': 'not_executed',
};

describe('recorded answers of a real Patroni', () => {
  afterEach(closeAll);
  const access: Access = { login: undefined, tls: { context: undefined, ca: undefined, serverName: undefined }, timeouts: PATIENT };

  for (const [name, capture] of [...captures].filter(([, { request }]) => request.method === 'GET')) {
    it(`${name} is read`, async () => {
      const { url } = await replay(capture);
      const { path } = capture.request;
      const asked = path === '/cluster' ? await ask(access, url, path, schema.cluster) : path === '/patroni' ? await ask(access, url, path, schema.node)
        : path === '/history' ? await ask(access, url, path, schema.history) : path === '/config' ? await ask(access, url, path, schema.anything) : await askText(access, url, path);
      if (capture.status !== 0) {
        assert.ok(asked.ok, asked.ok ? '' : asked.no.reason);
        return;
      }
      assert.deepEqual(asked.ok ? 'an answer' : [asked.no.kind, asked.no.kind === 'failed' && asked.no.code], ['failed', 'PHASE7_TRANSPORT_FAILURE']);
    });
  }

  for (const [name, capture] of [...captures].filter(([, { request }]) => request.method !== 'GET')) {
    it(`P7-E2: ${name} is ${(OUTCOMES[name] ?? 'unclassified').replace('_', ' ')}`, async () => {
      const { url } = await replay(capture);
      const { candidate = 'pg1', leader = 'pg2' } = JSON.parse(capture.request.body ?? '{}') as { readonly candidate?: string; readonly leader?: string };
      const kernel = valueOf(await connect({ name: 'demo', kind: 'patroni', endpoints: [url] }, { timeouts: PATIENT }));
      const answer = await kernel.promote({ ...promotion(url, capture.request.path === '/failover' ? 'forced' : 'validated', leader), target: candidate });
      assert.equal(answer.ok ? 'executed' : answer.error.outcome, OUTCOMES[name]);
      if (!answer.ok && answer.error.domain === 'KERNEL_REJECTION') assert.equal(answer.error.kernel?.body, capture.body, 'verbatim');
    });
  }

  it('lag, roles and states are as they were recorded', async () => {
    const members = async (name: string): Promise<readonly unknown[]> => {
      const capture = captures.get(name);
      assert.ok(capture, name);
      const asked = await ask(access, (await replay(capture)).url, '/cluster', schema.cluster);
      assert.ok(asked.ok);
      return membersOf(asked.reply.data).map(({ patroni, lagBytes }) => [patroni?.role, lagBytes]);
    };
    assert.ok((await members('cluster-lag-unknown')).some((one) => JSON.stringify(one) === '["replica",null]'));
    assert.ok((await members('cluster-sync')).some((one) => Array.isArray(one) && one[0] === 'sync_standby'));
    assert.ok((await members('cluster-no-leader')).every((one) => Array.isArray(one) && one[0] === 'replica'));
  });
});
