/**
 * Every recorded answer of a real cluster (`test/patroni/capture.ts`), replayed byte for byte: each read is understood
 * whole, and each control request ends with the outcome that its answer proves and no other.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/control-plane/model/errors.ts';
import { connect } from '../../src/engines/connect.ts';
import { ask, askText, type Access } from '../../src/engines/patroni/ask.ts';
import { membersOf } from '../../src/engines/patroni/members.ts';
import { KNOWN_VERSIONS } from '../../src/engines/patroni/versions.ts';
import * as schema from '../../src/engines/patroni/schema.ts';
import { promotion } from './patroni.ts';
import { answeringBytes, closeAll, rawServer, type Running } from '../support/servers.ts';
import { PATIENT, valueOf } from '../support/wire.ts';

interface Capture {
  readonly request: { readonly method: string; readonly path: string; readonly body: string | null };
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const FOLDER = join(import.meta.dirname, 'patroni/captures');
const VERSIONS = readdirSync(FOLDER).toSorted();

function capturesOf(version: string): ReadonlyMap<string, Capture> {
  const files = readdirSync(join(FOLDER, version)).filter(file => file.endsWith('.json'));
  return new Map(
    files.map(file => [
      file.slice(0, -'.json'.length),
      JSON.parse(readFileSync(join(FOLDER, version, file), 'utf8')) as Capture,
    ]),
  );
}

/** Answers as it was recorded; status 0 is a connection that ended without a byte. */
async function replay({ status, statusText, headers, body }: Capture): Promise<Running> {
  if (status === 0) return await rawServer(socket => void socket.once('data', () => socket.end()));
  return await answeringBytes(() => [`HTTP/1.0 ${status} ${statusText}`, ...headers, '', body].join('\r\n'));
}

/** What each answer proves; where versions answer differently, it stands by itself below. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  switchover: 'executed',
  'switchover-to-stalled': 'executed',
  failover: 'executed',
  'failover-paused': 'executed',
  'switchover-quorum': 'executed',
  'switchover-standby-cluster': 'executed',
  'switchover-etcd-frozen': 'unknown',
  'switchover-etcd-just-frozen': 'unknown',
  'switchover-status-unknown': 'unknown',
  'failover-candidate-is-leader': 'unknown',
  'race-won': 'executed',
  'race-lost': 'unknown',
  scheduled: 'unknown',
  'scheduled-deleted': 'unknown',
  // Answered so also when the same request is delivered twice and was executed the first time.
  'rejected-leader-mismatch': 'unknown',
  'rejected-no-leader': 'unknown',
  'rejected-server-minimal': 'unknown',
  'rejected-server-productonly': 'unknown',
  forbidden: 'not_executed',
  unauthenticated: 'not_executed',
  'wrong-password': 'not_executed',
  'rejected-candidate-not-synchronous': 'not_executed',
  'rejected-dead-candidate': 'not_executed',
  'rejected-empty-body': 'not_executed',
  'rejected-failover-without-candidate': 'not_executed',
  'rejected-no-leader-named': 'not_executed',
  'rejected-no-such-candidate': 'not_executed',
  'rejected-paused-without-candidate': 'not_executed',
  'rejected-unknown-path': 'not_executed',
};

const OUTCOMES_OF: Readonly<Record<string, Readonly<Record<string, Outcome>>>> = {
  '3.0.2': { 'switchover-candidate-is-leader': 'unknown', 'failover-to-asynchronous': 'unknown' },
  '4.0.7': { 'switchover-candidate-is-leader': 'not_executed', 'failover-to-asynchronous': 'executed' },
  '4.1.5': { 'switchover-candidate-is-leader': 'not_executed', 'failover-to-asynchronous': 'executed' },
};

it('every version that is tested has its recorded answers', () => {
  assert.deepEqual(VERSIONS, KNOWN_VERSIONS.map(({ tested }) => tested).toSorted());
});

for (const version of VERSIONS)
  describe(`recorded answers of Patroni ${version}`, () => {
    const captures = capturesOf(version);
    const outcomes = { ...OUTCOMES, ...OUTCOMES_OF[version] };

    afterEach(closeAll);
    const access: Access = {
      login: undefined,
      tls: { context: undefined, ca: undefined, serverName: undefined, fingerprint: '' },
      timeouts: PATIENT,
    };

    for (const [name, capture] of [...captures].filter(([, { request }]) => request.method === 'GET')) {
      it(`${name} is read`, async () => {
        const { url } = await replay(capture);
        const { path } = capture.request;
        const asked =
          path === '/cluster'
            ? await ask(access, url, path, schema.cluster)
            : path === '/patroni'
              ? await ask(access, url, path, schema.node)
              : path === '/history'
                ? await ask(access, url, path, schema.history)
                : path === '/config'
                  ? await ask(access, url, path, schema.anything)
                  : await askText(access, url, path);
        if (capture.status !== 0) {
          assert.ok(asked.ok, asked.ok ? '' : asked.no.reason);
          return;
        }
        assert.deepEqual(asked.ok ? 'an answer' : [asked.no.kind, asked.no.kind === 'failed' && asked.no.code], [
          'failed',
          'PHASE7_TRANSPORT_FAILURE',
        ]);
      });
    }

    for (const [name, capture] of [...captures].filter(([, { request }]) => request.method !== 'GET')) {
      it(`also P7-E2: ${name} is ${(outcomes[name] ?? 'unclassified').replace('_', ' ')}`, async () => {
        const { url } = await replay(capture);
        const { candidate = 'pg1', leader = 'pg2' } = JSON.parse(capture.request.body ?? '{}') as {
          readonly candidate?: string;
          readonly leader?: string;
        };
        const kernel = valueOf(
          await connect({ name: 'demo', kind: 'patroni', endpoints: [url] }, { timeouts: PATIENT }),
        );
        const answer = await kernel.promote({
          ...promotion(url, capture.request.path === '/failover' ? 'forced' : 'validated', leader),
          target: candidate,
        });
        assert.equal(answer.ok ? 'executed' : answer.error.outcome, outcomes[name]);
        if (!answer.ok && answer.error.domain === 'KERNEL_REJECTION')
          assert.equal(answer.error.kernel?.body, capture.body, 'verbatim');
      });
    }

    it('lag, roles and states are as they were recorded', async () => {
      const members = async (name: string): Promise<readonly unknown[]> => {
        const capture = captures.get(name);
        assert.ok(capture, name);
        const asked = await ask(access, (await replay(capture)).url, '/cluster', schema.cluster);
        assert.ok(asked.ok);
        return membersOf(asked.reply.data).map(({ patroni, lagBytes }) => [patroni.role, lagBytes]);
      };
      assert.ok((await members('cluster-lag-unknown')).some(one => JSON.stringify(one) === '["replica",null]'));
      assert.ok((await members('cluster-sync')).some(one => Array.isArray(one) && one[0] === 'sync_standby'));
      assert.ok((await members('cluster-no-leader')).every(one => Array.isArray(one) && one[0] === 'replica'));
      assert.ok(
        (await members('cluster-standby-cluster')).some(one => Array.isArray(one) && one[0] === 'standby_leader'),
      );
      if (captures.has('cluster-quorum'))
        assert.equal(
          (await members('cluster-quorum')).filter(one => Array.isArray(one) && one[0] === 'quorum_standby').length,
          2,
        );
    });
  });
