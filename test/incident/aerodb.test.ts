/**
 * A rehearsed incident on the real local cluster, and what somebody who was not there reads in its reconstruction: only
 * the report is asked. Two operators sit at one machine under one account; their logs, homes and names are two.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { AnswerSheet, Reconstruction } from '../../src/reconstruction/model.ts';
import { document } from '../cli/json-shape.ts';
import { builtProgram, closeTerminals, scratch } from '../support/terminal.ts';
import { linesIn } from '../support/records-in.ts';
import { act, REASONS, type Incident } from './aerodb-incident.ts';
import { ACCOUNT, CLUSTER, given, Person } from './people.ts';
import { checkPage, compareOrder, ProvenOrder, sheetOf, textOfPage, unwrapped, withoutPlaces } from './report.ts';

describe('a rehearsed incident on the local cluster, read from the report alone', function () {
  this.timeout(120_000);
  const folder = scratch();
  let incident: Incident;
  let cara: Person;
  let report: Reconstruction;
  let text: string;
  let page: string;

  before('the incident, and its reconstruction by a third person', async () => {
    await builtProgram();
    incident = await act(folder);
    cara = new Person(folder, 'Cara');
    report = await cara.reconstruct(...files());
    text = unwrapped((await cara.review('reconstruct', ...given(files()))).stdout);
    const target = join(folder, 'report.html');
    const { code, stderr } = await cara.review('reconstruct', ...given(files()), '--html', target);
    assert.equal(code, 0, stderr);
    page = readFileSync(target, 'utf8');
  });
  after(closeTerminals);

  const files = (): readonly string[] => Object.values(incident.files);
  const of = (which: keyof typeof REASONS): AnswerSheet => sheetOf(report, incident.requests[which]);
  const node = (number: 1 | 2 | 3): { readonly id: string; readonly called: string } => {
    const { id, name } = incident.nodes[number - 1] ?? assert.fail();
    return { id, called: `${name} (${id})` };
  };
  const isShown = (...facts: readonly string[]): void => {
    for (const fact of facts) {
      assert.ok(text.includes(fact), `the text lacks: ${fact}`);
      assert.ok(textOfPage(page).includes(fact), `the page lacks: ${fact}`);
    }
  };

  it('also P7-O3: has the four requests and no other, as the JSON shape describes it; every file holds, exit 0', () => {
    assert.deepEqual(
      new Set(report.requests.map(({ requestId }) => requestId)),
      new Set(Object.values(incident.requests)),
    );
    assert.deepEqual([report.isSound, report.contradictions], [true, []]);
    document.parse({ ...report });
  });

  it('also P7-O3: says of each request who, when by which clock, under which authority, and why', () => {
    for (const [which, name, command, target] of [
      ['denied', 'Anna', 'request_promotion', node(2)],
      ['forced', 'Ben', 'force_promotion', node(2)],
      ['cut', 'Anna', 'request_demotion', node(2)],
      ['died', 'Ben', 'request_demotion', node(1)],
    ] as const) {
      const sheet = of(which);
      assert.deepEqual(
        [sheet.who, sheet.authority, sheet.command, sheet.cluster, sheet.target, sheet.reason],
        [`${name} (${ACCOUNT}@${hostname()})`, 'Operator', command, CLUSTER, target.id, REASONS[which]],
      );
      for (const when of [sheet.askedAt, sheet.sentAt]) {
        const entry = report.entries.find(({ n }) => n === when?.entry);
        assert.ok(entry?.is === 'record' && entry.time !== null);
        assert.equal(when?.text, `${entry.time} (terminal-system-utc)`);
      }
      const event = report.entries.find(({ is, n }) => is === 'event' && n === sheet.kernelSays[0]?.entry);
      assert.ok(event?.is === 'event' && event.time !== null);
      assert.ok(sheet.kernelSays[0]?.text.includes(`${event.time} (node-system-utc)`), 'the kernel has its own clock');
      isShown(
        sheet.requestId,
        String(sheet.who),
        REASONS[which],
        String(sheet.sentAt?.text),
        String(sheet.kernelSays[0]?.text),
        `${command} of ${target.called}, cluster ${CLUSTER}`,
      );
    }
  });

  it('also P7-O3: says on which state: epoch, primary, and that what is told of a node is only its last report', () => {
    for (const [which, epoch, primary] of [
      ['denied', '1', node(1)],
      ['forced', '1', node(1)],
      ['cut', '2', node(2)],
    ] as const) {
      assert.deepEqual([of(which).state?.epoch, of(which).state?.primary], [epoch, primary.id]);
      isShown(`epoch ${epoch}, primary ${primary.called}`);
    }
    const last = of('forced').state?.members.find(member => member.node === node(1).id);
    isShown(
      `${node(1).called}: primary, PrimaryActive, durable offset ${last?.durable_offset ?? ''}; health unknown ` +
        '(did not answer node-2 in their last exchange; its values are its last report)',
    );
  });

  it('also P7-O2: says why each was accepted or rejected, what was relied on, and what was overridden by whose word', () => {
    const { denied, forced } = { denied: of('denied'), forced: of('forced') };
    assert.deepEqual(
      [denied.explanation?.kernel?.decision, denied.explanation?.kernel?.reason, forced.explanation?.kernel?.decision],
      ['deny', 'AuthorityAmbiguous', 'approve'],
    );
    assert.deepEqual(
      [denied.outcome, denied.kernelAnswer?.code, denied.overridden, denied.acknowledged, denied.confirmation],
      ['not_executed', 'AERO_PROMOTION_DENIED', [], [], 'standard'],
    );
    assert.deepEqual(
      [forced.outcome, forced.kernelAnswer?.accepted, forced.overridden, forced.acknowledged, forced.confirmation],
      ['executed', true, ['P6-A1'], ['P6-A1'], 'enhanced'],
    );
    for (const { reliedOn } of [denied, forced]) {
      for (const id of ['P6-A3', 'P6-S1', 'P6-S2', 'P6-S3', 'P6-A2', 'P7-E3']) assert.ok(reliedOn.includes(id), id);
      assert.ok(!reliedOn.includes('P6-A1'), 'what was not shown, or overridden, was not relied on');
    }
    isShown(
      'asked beforehand, the kernel said: deny (AuthorityAmbiguous)',
      'Being unreachable is never proof of death. Invariants: P6-A1.',
      'Not shown P6-A1 Single write authority: unknown (write_authority_is_clear)',
      'Overridden P6-A1 Single write authority',
      'acknowledged one by one: P6-A1',
      'FORCED: force_promotion',
    );
  });

  it('also P7-E2: the cut request is unknown in the log and executed by the kernel: both are said, and not made one', () => {
    for (const [which, lane, last] of [
      ['cut', `history of node ${node(2).called}`, '#13'],
      ['died', `history of node ${node(1).called}`, '#6'],
    ] as const) {
      const { outcome, kernelAnswer, kernelSays, disagreements } = of(which);
      assert.deepEqual([outcome, kernelAnswer], ['unknown', null]);
      assert.ok(kernelSays.some(({ text: said }) => said.includes('replication.demotion.transition_completed')));
      assert.equal(disagreements[0], `The log says unknown; event ${last} of the ${lane} says executed.`);
      isShown(...disagreements);
    }
    for (const which of ['denied', 'forced'] as const) assert.deepEqual(of(which).disagreements, []);
  });

  it('also P7-O1: says what nobody knows: an outcome, whether the old primary was dead, a node that was not read', () => {
    assert.deepEqual(of('cut').unknown, ['Whether the kernel executed it, as far as the log goes.']);
    assert.deepEqual(of('died').unknown, ['What came of it, as far as the log goes.']);
    const asked = 'The kernel could not tell whether write_authority_is_clear (P6-A1) holds: node-1 does not answer.';
    assert.deepEqual(of('denied').unknown, [asked]);
    assert.deepEqual(of('forced').unknown, [`${asked} The operator's word stood in for it.`]);
    assert.deepEqual(report.missing, [`The history of node ${node(3).called} of cluster ${CLUSTER} was not read.`]);
    isShown(...of('cut').unknown, ...of('forced').unknown, ...report.missing);
  });

  it('also P7-O3: an intent whose program died is a gap behind it; an intent with an unknown outcome is none', () => {
    const gaps = report.entries.flatMap(({ is, text: says }) =>
      is === 'gap' && says.includes('intent') ? [says] : [],
    );
    assert.equal(gaps.length, 1);
    assert.ok(gaps[0]?.includes(`what came of request ${incident.requests.died}: its outcome is unknown`));
    isShown(...gaps);
  });

  it('also P6-F2: the old primary is there when it comes back: halted, then a replica', () => {
    const halted = report.entries.find(entry => entry.is === 'event' && entry.type === 'replication.halted');
    assert.match(String(halted?.text), /AuthorityAmbiguity/u);
    const asked = of('died').explanation?.kernel?.members.find(({ nodeId }) => nodeId === node(1).id);
    assert.equal(asked?.haltReason, 'AuthorityAmbiguity');
  });

  it('orders nothing falsely, leaves nothing unsaid, and knows what two operators did through one node', () => {
    const { pairs, ordered } = compareOrder(report, incident.isFalse);
    process.stdout.write(`      ${pairs} pairs of entries of two sources: ${ordered} ordered, none falsely\n`);
    const proven = new ProvenOrder(report);
    const place = (said: { readonly entry: number | null } | null | undefined): number =>
      said?.entry ?? assert.fail('no entry');
    const { denied, forced, cut } = { denied: of('denied'), forced: of('forced'), cut: of('cut') };
    assert.ok(proven.isBefore(place(denied.sentAt), place(forced.endedAt)), 'through the same node');
    assert.ok(proven.isBefore(place(denied.kernelSays.at(-1)), place(forced.kernelSays[0])), 'in its own order');
    assert.ok(proven.isBefore(place(forced.kernelSays[0]), place(cut.sentAt)), 'the epoch of the force was seen');
    // Nothing that was recorded links these, though one was truly first.
    assert.ok(!proven.isBefore(place(denied.endedAt), place(forced.askedAt)));
    assert.ok(!proven.isBefore(place(denied.askedAt), place(forced.askedAt)));
  });

  it('the page takes nothing from elsewhere, runs nothing, and closes what it opens', () => {
    checkPage(page);
  });

  it('exit 8: one byte of a log changed: the break is said first, and what holds is used', async () => {
    const lines = linesIn(incident.files.anna);
    const changed = lines.findIndex(line => line.includes('"command_requested"') && line.includes(REASONS.cut));
    const tampered = join(folder, 'tampered.jsonl');
    const content = lines.with(changed, String(lines[changed]).replace('node-3 is', 'node-4 is'));
    writeFileSync(tampered, `${content.join('\n')}\n`);
    const [, ...others] = files();
    const broken = await cara.reconstruct(tampered, ...others);
    assert.deepEqual([broken.exitCode, broken.isSound], [8, false]);
    const line = `Line ${changed + 1} is not what was written`;
    assert.ok(broken.missing[0]?.startsWith(tampered) && broken.missing[0].includes(line), broken.missing[0]);
    assert.equal(broken.entries.filter(({ is, text: says }) => is === 'gap' && says.includes(line)).length, 1);
    assert.doesNotMatch(JSON.stringify(broken), /node-4/u);
    const sheet = sheetOf(broken, incident.requests.cut);
    assert.deepEqual([sheet.askedAt, sheet.outcome, sheet.who], [null, 'unknown', of('cut').who]);
    for (const which of ['denied', 'forced', 'died'] as const)
      assert.deepEqual(withoutPlaces(sheetOf(broken, incident.requests[which])), withoutPlaces(of(which)));
    compareOrder(broken, incident.isFalse);
  });

  it('a bundle of a request in place of its log gives the same sheet; what is withheld is a gap', async () => {
    const bundle = join(folder, 'ben.bundle');
    const { code, stderr } = await incident.ben.review(
      'export',
      '--bundle',
      '--chain',
      'to_end',
      '--request-id',
      incident.requests.forced,
      '--output',
      bundle,
    );
    assert.equal(code, 0, stderr);
    const { anna, node1, node2 } = incident.files;
    const fromBundle = await cara.reconstruct(anna, bundle, node1, node2);
    assert.equal(fromBundle.exitCode, 0);
    assert.deepEqual(withoutPlaces(sheetOf(fromBundle, incident.requests.forced)), withoutPlaces(of('forced')));
    const gaps = fromBundle.entries.filter(({ is }) => is === 'gap').map(({ text: says }) => says);
    for (const gap of ['Records #1 to #5 are not in what was given.', 'Records #12 to #'])
      assert.ok(
        gaps.some(says => says.startsWith(gap)),
        gap,
      );
    assert.ok(gaps.some(says => says.endsWith('are withheld in what was given.')));
    // The request of which only the kernel tells has a sheet all the same.
    assert.equal(sheetOf(fromBundle, incident.requests.died).end, 'No log that was given holds a record of it.');
    compareOrder(fromBundle, incident.isFalse);
  });
});
