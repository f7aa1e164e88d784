/** What answers the panel of a reconstruction: real logs, real answers of kernels, real files, and nothing written. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBeside } from '../../src/audit/export.ts';
import { givenFile } from '../../src/audit/given-file.ts';
import { answeredJson } from '../../src/control-plane/model/answered-json.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import { showPanel } from '../../src/panel-protocol/panels.ts';
import { reconstructionMessage, type ReconstructionFacts } from '../../src/panel-protocol/reconstruction.ts';
import { evidenceIn } from '../../src/reconstruction/evidence.ts';
import type { Asked } from '../../src/reconstruction/model.ts';
import type { Result } from '../../src/control-plane/model/errors.ts';
import { askedOf, recordedFilter } from '../../src/vscode/reconstruction-part.ts';
import { ReconstructionSession } from '../../src/vscode/reconstruction-session.ts';
import { openOperator, removeFolders, type Session } from '../control-plane/session.ts';
import { temporaryFolder } from '../support/folders.ts';
import { closeAll } from '../support/servers.ts';
import { N2 } from '../support/wire.ts';
import { ALL } from '../reconstruction/world.ts';

const LABEL = { name: 'orders', kind: 'aerodb', environment: null };

describe('the session of a reconstruction', () => {
  let mine: Session;
  let others: Session;
  let folder: string;
  let recorded: (readonly string[])[];

  beforeEach(async () => {
    folder = temporaryFolder('aerodb-reconstruction-');
    recorded = [];
    mine = await openOperator();
    others = await openOperator({ account: 'bob', server: mine.server });
    await mine.plane.execute('request_promotion', { cluster: 'orders', node: N2, reason: 'drill' });
    await others.plane.execute('inspect_cluster_state', { cluster: 'orders' });
  });
  afterEach(async () => {
    await closeAll();
    removeFolders();
  });

  const logOf = (session: Session): string => join(session.folder, 'audit.jsonl');

  function open(asked: Asked = ALL, notRecorded: string | null = null): ReconstructionSession {
    return new ReconstructionSession(
      {
        log: logOf(mine),
        open: givenFile,
        pastOf: async kind => ENGINES.find(({ id }) => id === kind)?.past() ?? null,
        describe: async (kind, target, kernel) =>
          (await ENGINES.find(({ id }) => id === kind)?.describeRecorded(target, kernel)) ?? null,
        record: files => {
          recorded.push(files);
          return Promise.resolve(notRecorded);
        },
      },
      asked,
    );
  }

  async function made(result: Promise<Result<ReconstructionFacts>> | null): Promise<ReconstructionFacts> {
    const facts = await result;
    assert.ok(facts?.ok === true, JSON.stringify(facts));
    const show = { type: 'show', refreshable: true, panel: { kind: 'reconstruction', title: 't', facts: facts.value } };
    const parsed = showPanel.safeParse(structuredClone(show));
    assert.ok(parsed.success, JSON.stringify(parsed));
    return facts.value;
  }

  /** The promotion state as this session's kernel answers it, as the editor saves it. */
  async function reading(session: Session): Promise<string> {
    const result = await session.plane.execute('inspect_promotion_state', { cluster: 'orders' });
    assert.ok(result.kind === 'answered');
    return answeredJson(result, LABEL, 0);
  }

  it('also P7-O3: a making records all files that it reads, the log first, and says where that could not be recorded', async () => {
    const session = open();
    assert.equal((await made(session.make())).notRecorded, null);
    await made(session.add({ is: 'file', file: logOf(others) }));
    assert.deepEqual(recorded, [[logOf(mine)], [logOf(mine), logOf(others)]]);
    assert.equal((await made(open(ALL, 'EACCES').make())).notRecorded, 'EACCES');
    const filter = recordedFilter({ ...ALL, requestId: 'r-1', since: '2026-01-01T00:00:00.000Z' });
    assert.deepEqual(filter, { request_id: 'r-1', since: '2026-01-01T00:00:00.000Z' });
  });

  it('adds one log and one answer after the other, shows both beside the own log, and leaves out what is to go', async () => {
    const session = open();
    const alone = await made(session.make());
    assert.deepEqual(
      alone.sources.map(({ kind, label }) => [kind, label]),
      [['log', 'log of ann@desk']],
    );
    const withLog = await made(session.add({ is: 'file', file: logOf(others) }));
    assert.deepEqual(
      withLog.sources.map(({ label }) => label),
      ['log of ann@desk', 'log of bob@desk'],
    );
    const json = await reading(mine);
    const withBoth = await made(session.add({ is: 'reading', name: 'answer of node-2', json, file: null }));
    assert.deepEqual(
      withBoth.sources.map(({ kind }) => kind),
      ['log', 'log', 'history'],
    );
    assert.deepEqual(withBoth.evidence, [
      { is: 'file', name: logOf(others), file: logOf(others) },
      { is: 'reading', name: 'answer of node-2', file: null },
    ]);
    assert.equal(session.remove(withLog.made, 0), null, 'a list that is no longer shown');
    assert.equal(session.remove(withBoth.made, 2), null);
    const without = await made(session.remove(withBoth.made, 0));
    assert.deepEqual(
      without.sources.map(({ kind }) => kind),
      ['log', 'history'],
    );
    assert.ok(withBoth.made < without.made);
  });

  it('refused, an addition changes nothing: no file, no evidence, or a file that is not there', async () => {
    const session = open();
    const before = await made(session.make());
    const wrong = join(folder, 'wrong.json');
    writeFileSync(wrong, '{"format":"aerodb-control/1","kind":"executed"}');
    for (const file of [wrong, join(folder, 'missing.jsonl')]) {
      const added = await session.add({ is: 'file', file });
      assert.ok(!added.ok && added.error.outcome === 'not_executed');
      assert.match(added.error.message, /Nothing was reconstructed|is no evidence file/);
    }
    assert.equal(session.page(before.made, 0, 1)?.part, 'page', 'what is shown stays');
    assert.deepEqual((await made(session.make())).evidence, []);
  });

  it('makings that overlap follow each other, so that none loses what another one added', async () => {
    const session = open();
    const json = await reading(mine);
    const results = await Promise.all([
      session.make(),
      session.add({ is: 'file', file: logOf(others) }),
      session.add({ is: 'reading', name: 'r', json, file: null }),
    ]);
    const [, , last] = results;
    assert.ok(last.ok);
    assert.equal(last.value.evidence.length, 2);
  });

  it('gives rows and sheets of what is shown, of the exact form, and nothing of an earlier making', async () => {
    const session = open();
    const first = await made(session.make());
    const facts = await made(session.add({ is: 'file', file: logOf(others) }));
    assert.equal(session.page(first.made, 0, 100), null);
    assert.equal(await session.sheet(first.made, 0), null);
    const page = session.page(facts.made, 0, 100);
    assert.ok(page?.part === 'page');
    assert.equal(page.rows.length, facts.entries);
    assert.ok(reconstructionMessage.safeParse(structuredClone(page)).success);
    assert.deepEqual(
      facts.requests.map(({ command, who, target }) => [command, who, target.includes(N2)]),
      [['request_promotion', 'ann@desk', true]],
    );
    const sheet = await session.sheet(facts.made, 0);
    assert.ok(sheet?.part === 'sheet' && sheet.explanation !== null && sheet.explanation.document !== null);
    assert.ok(reconstructionMessage.safeParse(structuredClone(sheet)).success);
    assert.equal(await session.sheet(facts.made, 1), null);
    assert.ok(session.members.some(({ id, cluster, isRead }) => id === N2 && cluster === 'orders' && !isRead));
  });

  it('names in its command line what stands in a file, and a reading once it is saved', async () => {
    const session = open({ ...ALL, requestId: 'r-1', cluster: 'orders' });
    await made(session.make());
    const json = await reading(mine);
    const facts = await made(session.add({ is: 'reading', name: 'answer', json, file: null }));
    const end = '--request-id r-1 --cluster orders';
    assert.ok(facts.command.startsWith(`aerodb-control audit reconstruct --auditor --file ${logOf(mine)} `));
    assert.ok(facts.command.endsWith(end) && !facts.command.includes('answer'));
    const at = facts.evidence.findIndex(({ is }) => is === 'reading');
    const added = session.addition(facts.made, at);
    assert.ok(added);
    const saved = session.saved(added, join(folder, 'it is saved.json'));
    assert.ok(saved !== null && saved.command.endsWith(`--with '${folder}/it is saved.json' ${end}`));
    assert.equal(saved.made, facts.made, 'nothing was read anew');
  });

  it('saves an answer as --json prints it, which is evidence, and never over the log or beside it in its name', async () => {
    const json = await reading(mine);
    const file = join(folder, 'answer.json');
    await writeBeside(file, [json], [logOf(mine)]);
    assert.equal((await givenFile(file)).is, 'evidence');
    const read = evidenceIn(file, readFileSync(file, 'utf8'));
    assert.ok(read.ok);
    assert.equal(read.value.observed.nodeId, N2);
    const log = readFileSync(logOf(mine));
    for (const name of ['audit.jsonl', 'audit.lock'])
      await assert.rejects(writeBeside(join(mine.folder, name), [json], [logOf(mine)]), /belongs to the audit log/);
    assert.deepEqual(readFileSync(logOf(mine)), log);
    assert.deepEqual(readdirSync(folder), ['answer.json'], 'nothing unfinished is left');
  });

  it('writes what is shown as one HTML file without scripts, and nothing of an earlier making', async () => {
    const session = open();
    const first = await made(session.make());
    const facts = await made(session.add({ is: 'file', file: logOf(others) }));
    assert.equal(session.html(first.made, 'x'), null);
    const html = [...(session.html(facts.made, 'AeroDB Control Plane 0.1.0') ?? [])].join('');
    assert.ok(html.includes('bob@desk') && html.includes('by AeroDB Control Plane 0.1.0.'));
    assert.doesNotMatch(html, /<script/);
    session.close();
    assert.equal(session.html(facts.made, 'x'), null);
  });

  it('takes the period of the filter, both ends of which belong to it, and no day that there is not', () => {
    assert.deepEqual(askedOf({ cluster: 'orders', from: '2026-11-21T10:00:00.000Z', to: '2026-11-21T10:59:59.999Z' }), {
      requestId: null,
      cluster: 'orders',
      since: '2026-11-21T10:00:00.000Z',
      until: '2026-11-21T11:00:00.000Z',
    });
    assert.equal(askedOf({ from: '2026-13-01T00:00:00.000Z' }), null);
    assert.deepEqual(askedOf({ requestId: 'r-1' }), { ...ALL, requestId: 'r-1' });
  });

  it('the protocol knows no request that names a file or a node', () => {
    for (const message of [
      { type: 'reconstruction-add-file', file: '/etc/passwd' },
      { type: 'reconstruction-read-history', node: N2 },
      { type: 'reconstruction-save-html', made: 1, file: '/tmp/x' },
      { type: 'reconstruction-page', made: 1, from: 0, count: 101 },
      { type: 'reconstruction-remove', made: 1, evidence: -1 },
      { type: 'audit-reconstruct', of: { path: '/etc/passwd' } },
      { type: 'audit-reconstruct', of: { cluster: 'x'.repeat(1001) } },
      { type: 'save-evidence', file: '/tmp/x' },
    ])
      assert.equal(parsePanelRequest(message), undefined, JSON.stringify(message));
  });
});
