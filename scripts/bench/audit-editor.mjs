/**
 * The audit log in the editor: `npm run bench -- --only audit-editor`, or by itself with `--records 10000000`. Measured
 * where the panel's requests arrive, through the very session that answers them, everything included but the drawing;
 * in turns with grep over the same file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openAuditPages } from '../../src/audit/pages.ts';
import { requestEnd } from '../../src/audit/query.ts';
import { openAuditReader } from '../../src/audit/reader.ts';
import { AuditSession } from '../../src/vscode/audit-session.ts';
import { parsePanelRequest } from '../../src/panel-protocol/messages.ts';
import { sampleRequestId, writeSampleLog } from './audit-sample.mjs';
import { compared } from './measure.mjs';
import { inTurns, processTime, time } from './pairs.mjs';

const ROUNDS = 3;
/** How many times what grep takes, of a filter that finds few and of one that finds many, and of an opening. */
const TIMES = { few: 3, many: 20, open: 4 };
const PAGE = 100;

const { values } = parseArgs({
  options: { records: { type: 'string', default: '1000000' }, directory: { type: 'string' } },
});
const records = Number(values.records);

/**
 * The panel's side: asks by messages that are validated as a stranger's are, and waits for the answer. @param {string}
 * file
 */
function openPanel(file) {
  /** @type {((message: import('../../src/panel-protocol/audit.ts').AuditMessage) => void)[]} */
  const waiting = [];
  const session = new AuditSession(
    {
      reader: openAuditReader({ file }),
      knownHead: () => null,
      secondCopy: null,
      openPages: () => openAuditPages(file),
      requestEnd,
      describe: () => Promise.resolve(null),
      exportTo: () => Promise.reject(new Error('nothing is exported here')),
    },
    {
      mayReview: () => true,
      isUnderWay: () => false,
      tell: message => waiting.shift()?.(structuredClone(message)),
      factsChanged: () => undefined,
    },
  );
  /** @param {unknown} message @returns {Promise<import('../../src/panel-protocol/audit.ts').AuditMessage>} */
  const ask = message =>
    new Promise((resolve, reject) => {
      const request = parsePanelRequest(message);
      if (request?.type !== 'audit-select' && request?.type !== 'audit-page' && request?.type !== 'audit-unfold')
        throw new Error('not a request');
      waiting.push(resolve);
      session.answer(request).catch(reject);
    });
  let selection = 0;
  /** Selects and reads the page that is looked at first, the last. @param {unknown} sought
   * @param {'requests' | 'records'} by */
  const select = async (sought, by = 'records') => {
    selection += 1;
    const answer = await ask({ type: 'audit-select', selection, by, sought });
    const count = answer.part === 'selection' ? answer.count : 0;
    await ask({ type: 'audit-page', selection, from: Math.max(0, count - PAGE), count: PAGE });
    return count;
  };
  return { session, ask, select };
}

const directory = mkdtempSync(path.join(values.directory ?? tmpdir(), 'aerodb-bench-audit-editor-'));
try {
  const file = path.join(directory, 'audit.jsonl');
  writeSampleLog(file, records);
  const inspected = async (/** @type {ReturnType<typeof openPanel>} */ panel) => {
    await panel.session.read();
    await panel.select({}, 'requests');
  };
  compared(
    { name: 'opened, to the first page of requests', peer: 'grep -cF', times: TIMES.open },
    await inTurns(
      ROUNDS,
      async () => {
        const panel = openPanel(file);
        const took = await time(() => inspected(panel));
        await panel.session.close();
        return took;
      },
      () => processTime('grep', ['-cF', '"stage":"command_requested"', file]),
    ),
  );
  const panel = openPanel(file);
  await inspected(panel);
  const requestId = sampleRequestId(Math.floor(records / 2));
  /**
   * @param {string} name
   * @param {string} pattern
   * @param {number} times
   * @param {() => Promise<unknown>} work
   */
  const beside = async (name, pattern, times, work) => {
    const args = [name === 'by free text' ? '-ciF' : '-cF', pattern, file];
    const pairs = await inTurns(
      ROUNDS,
      () => time(work),
      () => processTime('grep', args),
    );
    compared({ name, peer: `grep ${args[0]}`, times }, pairs);
  };
  for (const [name, pattern, times, sought] of /** @type {const} */ ([
    ['cluster', '"cluster":"production"', TIMES.many, { cluster: 'production' }],
    ['command', '"command":"force_promotion"', TIMES.many, { command: 'force_promotion' }],
    ['operator', 'alice', TIMES.many, { operator: 'alice' }],
    ['outcome', '"outcome":"pending"', TIMES.many, { outcome: 'pending' }],
    ['stage', '"stage":"dispatch_intent"', TIMES.many, { stage: 'dispatch_intent' }],
    [
      'time range',
      '"time":"2026-01-0',
      TIMES.many,
      { from: '2026-01-02T00:00:00.000Z', to: '2026-01-09T23:59:59.999Z' },
    ],
    ['request id', requestId, TIMES.few, { requestId }],
    ['free text', 'the needle', TIMES.few, { text: 'the needle' }],
  ]))
    await beside(`by ${name}`, pattern, times, () => panel.select(sought));
  for (const sought of [{ asks: 'changes' }, { outcome: 'unknown' }, { operator: 'alice' }])
    await beside(`requests by ${Object.entries(sought).join()}`, '"stage":"command_requested"', TIMES.many, () =>
      panel.select(sought, 'requests'),
    );
  await beside('a request unfolded', requestId, TIMES.few, () =>
    panel.ask({ type: 'audit-unfold', line: Math.floor(records / 2) + 1 }),
  );
  await beside('intents of unknown outcome', '"stage":"dispatch_intent"', TIMES.many, () =>
    panel.select('dangling_intents'),
  );
  await panel.session.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
