/** A kernel whose every word is an attack on the terminal, and what of it reaches one. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bent, closeAll, kernelServer, truthful, type HttpRunning } from '../support/servers.ts';
import { N2, rejection, type Wire } from '../support/wire.ts';
import { anyOf } from '../support/pattern.ts';
import { cleanEnv, cli, closeTerminals, scratch, Terminal } from '../support/terminal.ts';

/**
 * ESC and C1 sequences, OSC 0 and 8, clearing, carriage return, bidi, invisible and tag characters, a false line of
 * ours.
 */
const ATTACK =
  '\u001b[2J\u001b]0;owned\u0007\u001b]8;;https://evil.example\u001b\\click\u001b]8;;\u001b\\' +
  '\u009b31m\u009d0;x\u009c\r\u0008\u007f\u202egnp.exe\u202c\u2066x\u2069\u200b\ufeff\u{e0041}\u2028' +
  '\n  Outcome     executed\u0000';
/** Characters that steer a terminal, except the line breaks and the bold headings that we write. */
const STEERING = anyOf(
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e]/u,
  /[\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u,
);
/** Members of an answer whose text a kernel chooses freely. */
const FREE_TEXT = new Set([
  'name',
  'reason',
  'message',
  'observed',
  'health_basis',
  'halt_reason',
  'replication_state',
  'clock',
  'snapshot',
  'source',
  'checksum',
  'before',
  'after',
  'component',
  'key',
  'value',
  'state',
  'denial',
  'id',
  'type',
  'operator',
  'code',
  'api_url',
]);

function poisoned(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map(member => poisoned(member, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, poisoned(member, name)]));
  return typeof value === 'string' && FREE_TEXT.has(key) && value !== 'self' ? `${value}${ATTACK}` : value;
}

describe('a hostile kernel in a terminal', function () {
  this.timeout(120_000);
  const folder = scratch();
  const audit = join(folder, 'audit');
  let server: HttpRunning;
  let refuse = false;

  before(async () => {
    const urls: Record<string, string> = {};
    server = await kernelServer(N2, urls, request => {
      if (refuse || request.method === 'POST')
        return { status: 409, value: poisoned(rejection('AERO_X', 'not_executed', { [ATTACK]: [ATTACK] })) };
      const answer = bent(truthful(N2, request, urls), envelope => {
        envelope['notes'] = [ATTACK];
      });
      const { data, ...rest } = answer.value as Wire;
      return { status: answer.status, value: { ...rest, data: poisoned(data) } };
    });
  });
  after(async () => {
    closeTerminals();
    await closeAll();
  });

  it('freeze/only-text: steers no terminal: neither in tables nor as JSON, neither what is shown nor what is recorded and shown later', async () => {
    const at = ['--url', server.url, '--audit-dir', audit];
    const lines = [
      ['inspect', 'cluster'],
      ['inspect', 'node', '--node', N2],
      ['inspect', 'replication'],
      ['inspect', 'promotion'],
      ['diag', 'wal', '--node', N2],
      ['diag', 'snapshots', '--node', N2],
    ];
    const shown: { readonly what: string; readonly text: string }[] = [];
    const ask = async (args: readonly string[]): Promise<void> => {
      const { stdout, stderr } = await cli(args, cleanEnv(folder));
      shown.push({ what: args.join(' '), text: stdout + stderr });
    };
    await Promise.all(lines.flatMap(line => [ask([...line, ...at]), ask([...line, ...at, '--json'])]));
    refuse = true;
    await Promise.all([ask(['inspect', 'cluster', ...at]), ask(['inspect', 'cluster', ...at, '--json'])]);
    refuse = false;
    // What a person typed, or a script put into their line, is no better.
    await Promise.all([
      ask(['inspect', 'cluster', '--cluster', ATTACK.replaceAll('\0', ''), '--audit-dir', audit]),
      ask([`--${ATTACK.replaceAll('\0', '')}`, '--json']),
      ask([ATTACK.replaceAll('\0', '')]),
      ask(['inspect', 'node', '--node', ATTACK.replaceAll('\0', ''), ...at]),
      ask(['inspect', 'cluster', '--config', ATTACK.replaceAll('\0', ''), '--audit-dir', audit]),
    ]);
    const terminal = await Terminal.open(
      ['promote', ...at, '--node', N2, '--operator', '--reason', ATTACK.replaceAll('\0', '')],
      cleanEnv(folder),
    );
    await terminal.sees('node> ');
    terminal.type('node-2');
    assert.equal(await terminal.end(), 3, 'the name that the kernel gave is another');
    shown.push({
      what: 'a promotion in a terminal',
      text: terminal.output.replaceAll('\r\n', '\n').replaceAll(/\u001b\[(?:1|22)m/gu, ''),
    });
    await Promise.all([
      ask(['audit', 'show', '--auditor', '--audit-dir', audit]),
      ask(['audit', 'show', '--auditor', '--json', '--audit-dir', audit]),
      ask(['audit', 'verify', '--auditor', '--audit-dir', audit]),
    ]);
    const exported = await Terminal.open(['audit', 'export', '--auditor', '--audit-dir', audit], cleanEnv(folder));
    await exported.end();
    shown.push({ what: 'an export to a terminal', text: exported.output.replaceAll('\r\n', '\n') });
    assert.ok(
      shown.some(({ text }) => text.includes('U+001B')),
      'the attack was really shown',
    );
    for (const { what, text } of shown) {
      assert.ok(text.length > 0, what);
      const found = STEERING.exec(text);
      assert.equal(
        found,
        null,
        `${what}: U+${found?.[0].codePointAt(0)?.toString(16) ?? ''} ` +
          `in ${JSON.stringify(text.slice(Math.max(0, (found?.index ?? 0) - 80), (found?.index ?? 0) + 40))}`,
      );
      assert.doesNotMatch(text, /^ {2}Outcome {5}executed/m, what);
    }
  });
});
