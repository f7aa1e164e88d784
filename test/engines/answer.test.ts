/**
 * What an answer has to be before any schema looks at it, at each of its edges; and the forms in which a secret is
 * recognised.
 */
import assert from 'node:assert/strict';
import { basicSecrets, bearerSecrets, readJson, withhold } from '../../src/engines/http/answer.ts';
import type { HttpAnswer } from '../../src/engines/http/http.ts';

function answer(
  body: string | Uint8Array,
  headers: HttpAnswer['headers'] = { 'content-type': 'application/json' },
  status = 200,
): HttpAnswer {
  return {
    status,
    headers,
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

function refusal(given: HttpAnswer, secrets: readonly string[] = []): string | undefined {
  const read = readJson(given, secrets);
  return read.ok ? undefined : read.reason;
}

describe('an answer', () => {
  it('is application/json by its whole content type, said once, and not encoded', () => {
    for (const type of [
      'application/json',
      'Application/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
    ])
      assert.equal(refusal(answer('{}', { 'content-type': type })), undefined, type);
    for (const type of [
      'text/html, application/json',
      'x-application/json',
      'application/json+x',
      'application/json; charset=latin1',
      'text/plain',
      '',
      undefined,
    ]) {
      assert.match(
        refusal(answer('{}', type === undefined ? {} : { 'content-type': type })) ?? '',
        /content type is not application\/json/,
        String(type),
      );
    }
    assert.match(
      refusal(answer('{}', { 'content-type': ['application/json', 'application/json'] })) ?? '',
      /content type/,
    );
    assert.match(
      refusal(answer('{}', { 'content-type': 'application/json', 'content-encoding': 'gzip' })) ?? '',
      /encoded/,
    );
    assert.equal(
      refusal(answer('{}', { 'content-type': 'application/json', 'content-encoding': 'identity' })),
      undefined,
    );
  });

  it('is nested 64 levels deep and not one more; brackets in texts do not count', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    assert.equal(refusal(answer(nested(64))), undefined);
    assert.match(refusal(answer(nested(65))) ?? '', /nested deeper than 64/);
    assert.match(refusal(answer('{"a":'.repeat(65) + '1' + '}'.repeat(65))) ?? '', /nested deeper than 64/);
    assert.match(refusal(answer('['.repeat(1_000_000))) ?? '', /nested deeper than 64/, 'refused before it is parsed');
    assert.equal(refusal(answer(JSON.stringify({ text: `\\"${'['.repeat(100)}` }))), undefined);
  });

  it('is UTF-8 without half a surrogate pair, in values and in names', () => {
    assert.match(refusal(answer(Buffer.from([0x22, 0xff, 0x22]))) ?? '', /not UTF-8/);
    assert.match(refusal(answer('\ufeff{}')) ?? '', /not JSON/);
    for (const body of ['"\\ud800"', '{"\\udc00":1}', '["a",{"b":"\\ud83d x"}]'])
      assert.match(refusal(answer(body)) ?? '', /not Unicode/, body);
    assert.equal(refusal(answer('"\\ud83d\\ude00"')), undefined);
  });

  it('has no key twice, in whatever spelling; colons in texts do not count', () => {
    for (const body of [
      '{"a":1,"a":1}',
      '{"a":1,"\\u0061":2}',
      '[{"b":{"c":1,"d":2,"c":3}}]',
      '{"__proto__":1,"__proto__":2}',
      '{"":0,"":0}',
      '{"constructor":1,"constructor":2}',
    ]) {
      assert.match(refusal(answer(body)) ?? '', /has a key twice/, body);
    }
    for (const body of [
      '{"a":":::","b":{"a":"\\":"}}',
      '[{"a":1},{"a":1}]',
      '{"__proto__":{"a":1}}',
      '{"a:b":1,"c":["x:y",{"d":null}]}',
    ])
      assert.equal(refusal(answer(body)), undefined, body);
  });

  it('holds no number that is longer than any number can be, or larger', () => {
    for (const number of [
      '9'.repeat(1_000_000),
      `1e${'9'.repeat(1_000_000)}`,
      `0.${'1'.repeat(1_000_000)}`,
      '1'.repeat(33),
      '-1e999',
      '1E400',
    ]) {
      const started = performance.now();
      assert.match(refusal(answer(`{"a":[${number}]}`)) ?? '', /holds a number that/, number.slice(0, 20));
      assert.ok(performance.now() - started < 1_000);
    }
    for (const number of ['-1.7976931348623157e+308', '0.1', '18446744073709551615', '5e-324', '0'])
      assert.equal(refusal(answer(`{"a":${number}}`)), undefined, number);
    assert.equal(refusal(answer(`{"a":"${'9'.repeat(1_000_000)}"}`)), undefined, 'a text of digits is a text');
  });

  it('repairs text that is not Unicode where it is asked to, in values, and says so; never in names', () => {
    const repaired = readJson(answer('{"a":["\\ud800x","\\ud83d\\ude00"]}'), [], true);
    assert.deepEqual(repaired.ok && [repaired.answer.value, repaired.answer.isRepaired], [
      { a: ['\ufffdx', '\u{1f600}'] },
      true,
    ]);
    const whole = readJson(answer('{"a":"\\u0041"}'), [], true);
    assert.deepEqual(whole.ok && [whole.answer.value, whole.answer.isRepaired], [{ a: 'A' }, false]);
    assert.match(refusal(answer('{"\\ud800":1}')) ?? '', /not Unicode/);
    const name = readJson(answer('{"\\ud800":1}'), [], true);
    assert.match(name.ok ? '' : name.reason, /not Unicode/);
    const secret = readJson(answer('"\\u0073ecret-token-\\ud800"'), ['secret-token-'], true);
    assert.equal(secret.ok && secret.answer.value, '[access token withheld]\ufffd');
  });

  it('is small where it is no success', () => {
    const text = JSON.stringify('x'.repeat(1024 * 1024));
    assert.equal(refusal(answer(text)), undefined);
    assert.match(refusal(answer(text, { 'content-type': 'application/json' }, 409)) ?? '', /larger than 1048576 bytes/);
    assert.equal(
      refusal(answer(text.slice(0, 1024 * 1024 - 1) + '"', { 'content-type': 'application/json' }, 409)),
      undefined,
    );
  });

  it(
    'also freeze/secrets: a secret that it repeats is withheld in every form in which a program writes one, ' +
      'wherever it stands',
    () => {
      const token = 'Zz9/+"\\secret~token?>';
      const secrets = bearerSecrets(token);
      const quoted = (text: string, times: number): string =>
        Array.from({ length: times }).reduce<string>(inner => JSON.stringify(inner).slice(1, -1), text);
      const forms = [
        token,
        encodeURIComponent(token),
        quoted(token, 1),
        quoted(token, 2),
        quoted(token, 3),
        quoted(token, 1).replaceAll('/', '\\/'),
        encodeURIComponent(token).replaceAll('/', '\\/'),
      ];
      const each = (write: (letter: string, code: number) => string): string =>
        Array.from(token, letter => write(letter, letter.charCodeAt(0))).join('');
      const hex = (code: number, digits = 2): string => code.toString(16).padStart(digits, '0');
      const inHex = Buffer.from(token).toString('hex');
      forms.push(
        each((_letter, code) => `%${hex(code)}`),
        each((_letter, code) => `%${hex(code).toUpperCase()}`),
        encodeURIComponent(encodeURIComponent(token)),
        each((_letter, code) => `=${hex(code).toUpperCase()}`),
        each((_letter, code) => `\\u${hex(code, 4)}`),
        each((_letter, code) => `\\x${hex(code)}`),
        each((_letter, code) => `\\u{${hex(code)}}`),
        each((_letter, code) => `\\\\u${hex(code, 4)}`),
        each((_letter, code) => `&#${code};`),
        each((_letter, code) => `&#x${hex(code)};`),
        each((_letter, code) => `&amp;#${code};`),
        token.replaceAll('"', '&quot;').replaceAll('>', '&gt;'),
        inHex,
        inHex.toUpperCase(),
        inHex.replaceAll(/(..)(?=.)/gu, '$1:'),
        inHex.replaceAll(/(..)(?=.)/gu, '$1 '),
        inHex.replaceAll(/(..)(?=.)/gu, '$1, 0x'),
        each((letter, code) => (code % 2 === 0 ? letter : `%${hex(code)}`)),
        each((letter, code) => (code % 3 === 0 ? `\\u${hex(code, 4)}` : letter)),
      );
      assert.equal(forms.length, 26);
      for (const form of forms)
        assert.equal(withhold(`before ${form} after`, secrets), 'before [access token withheld] after', form);
      const long = `${token}${token}${token}`;
      for (const end of ['\n', '\r\n', '\\r\\n'])
        assert.ok(
          withhold(
            Buffer.from(long)
              .toString('base64')
              .replaceAll(/(.{16})/gu, `$1${end}`),
            [long],
          ).includes('withheld'),
          'in lines, as mail has it',
        );
      assert.ok(
        withhold(encodeURIComponent(Buffer.from(token).toString('base64')), secrets).includes('withheld'),
        'base64 in a URL',
      );
      assert.equal(
        withhold(
          'pässwörd ☃ 😀 p%C3%A4ssw%c3%b6rd%20%E2%98%83+%F0%9F%98%80 p\\u00e4ssw\\u00f6rd \\u2603 \\ud83d\\ude00',
          ['pässwörd ☃ 😀'],
        ),
        Array(3).fill('[access token withheld]').join(' '),
        'beyond ASCII',
      );
      for (const before of ['', 'x', 'xy', 'xyz', 'user:', 'Bearer ']) {
        for (const encoding of ['base64', 'base64url'] as const) {
          const encoded = Buffer.from(`${before}${token} and more`).toString(encoding);
          const shown = withhold(encoded, secrets);
          assert.ok(shown.includes('[access token withheld]'), `${encoding} behind "${before}"`);
          assert.ok(
            !Buffer.from(shown.split('[access token withheld]').join(''), encoding).toString().includes('secret~'),
          );
        }
      }
      // With every byte that makes "+" and "/" differ between the two alphabets.
      const binary = '>>>???~~~ÿÿÿ>>>';
      for (const encoding of ['base64', 'base64url'] as const)
        assert.ok(
          withhold(Buffer.from(binary).toString(encoding), bearerSecrets(binary)).includes('withheld'),
          encoding,
        );
      assert.ok(
        withhold(Buffer.from(binary).toString('base64').replaceAll('/', '\\/'), bearerSecrets(binary)).includes(
          'withheld',
        ),
        'with slashes escaped, as PHP does',
      );
      const letters = readJson(answer(`"${each((_letter, code) => `\\u${hex(code, 4)}`)}"`), secrets);
      assert.equal(letters.ok && letters.answer.value, '[access token withheld]');
    },
  );

  it('also freeze/secrets: a short secret is withheld where it is echoed as a header, and is not taken for a word', () => {
    assert.deepEqual(bearerSecrets('elevenchars'), ['Bearer elevenchars']);
    assert.deepEqual(bearerSecrets('twelve-chars'), ['twelve-chars']);
    assert.deepEqual(bearerSecrets(undefined), []);
    assert.equal(withhold('n2', bearerSecrets('n2')), 'n2');
    assert.deepEqual(basicSecrets('ann:short'), ['Basic YW5uOnNob3J0', 'ann:short']);
    assert.ok(basicSecrets('ann:twelve-chars').includes('twelve-chars'));
    assert.ok(basicSecrets('ann:with:colons:too').includes('with:colons:too'));
  });
});
