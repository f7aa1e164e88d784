/** The HTML file: text of others stays text, nothing is run, and nothing comes from elsewhere. */
import assert from 'node:assert/strict';
import { reconstructionHtml } from '../../src/reconstruction/html.ts';
import { reconstruct } from '../../src/reconstruction/reconstruct.ts';
import { ALL, answer, collected, event, pieces, promotion } from './made.ts';

const HOSTILE = `"'><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\u202e\u0000`;

function page(hostile: string): string {
  const entries = promotion([{ stage: 'kernel_rejected', outcome: 'not_executed', detail: hostile }], {
    command: 'force_promotion',
    target: hostile,
    operator: { account: hostile, host: hostile, name: hostile },
  });
  const logs = [collected(`${hostile}.jsonl`, pieces('anna', entries))];
  const told = event(1, { reason: hostile, type: hostile, operator: hostile, fields: { [hostile]: hostile } });
  const shown = reconstruct({
    asked: { ...ALL, cluster: hostile },
    logs,
    evidence: [answer([told], {}, { endpoint: hostile })],
  });
  return [...reconstructionHtml(shown, hostile)].join('');
}

/** Every tag of a file, as it stands there. */
function tags(file: string): readonly string[] {
  return [...file.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
}

describe('the HTML file of a reconstruction', () => {
  it('has the same tags and attributes whatever a log, a kernel or a file name says', () => {
    assert.deepEqual(tags(page(HOSTILE)), tags(page('harmless')));
  });

  it('runs nothing and asks for nothing from elsewhere', () => {
    const file = page('harmless');
    assert.ok(
      tags(file).every(tag => !/^<(script|link|img|iframe|object|embed|base|form)|\s(on\w+|src|href)\s*=/i.test(tag)),
    );
    assert.match(
      file,
      /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">/,
    );
  });

  it('writes what steers or hides as its number', () => {
    const file = page(HOSTILE);
    assert.ok(!file.includes('\u202e') && !file.includes('\u0000'));
    assert.match(file, /&lt;U\+202E&gt;/);
  });

  it('a forced request looks like no other, and says so in words', () => {
    assert.match(page('harmless'), /<section class="sheet forced">\n<h3>FORCED: force_promotion/);
  });
});
