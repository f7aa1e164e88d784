/** A configured cluster: its addresses, and what may be said of each. */
import assert from 'node:assert/strict';
import { endpointFromText, endpointsOf, endpointToText, urlsOf } from '../../src/control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../../src/control-plane/clusters/configuration.ts';
import { PATRONI } from '../../src/engines/patroni/engine.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { commandLine } from '../../src/control-plane/commands/command-line.ts';

function parsed(endpoints: readonly unknown[], kind = 'patroni'): ReturnType<typeof parseClusterConfig> {
  return parseClusterConfig({ name: 'orders', kind, endpoints }, ENGINES);
}

function accepted(endpoints: readonly unknown[], kind?: string): ReturnType<typeof endpointsOf> {
  const config = parsed(endpoints, kind);
  assert.ok(config.ok, config.ok ? '' : config.error.message);
  return endpointsOf(config.value);
}

describe('the endpoints of a configured cluster', () => {
  it('an endpoint is an address, or an address with the member that it leads to and the name in its certificate', () => {
    assert.deepEqual(
      accepted([
        'https://db1:8008',
        { url: 'https://localhost:18008', member: 'db2' },
        { url: 'https://lb:8008', member: 'db3', serverName: 'db3.example' },
      ]),
      [
        { url: 'https://db1:8008' },
        { url: 'https://localhost:18008', member: 'db2' },
        { url: 'https://lb:8008', member: 'db3', serverName: 'db3.example' },
      ],
    );
    assert.deepEqual(accepted([{ url: 'https://db1:9191', serverName: 'db1.example' }], 'aerodb'), [
      { url: 'https://db1:9191', serverName: 'db1.example' },
    ]);
  });

  it('what was parsed once is parsed again to the same', () => {
    const config = parsed(['https://db1:8008/patroni', { url: 'https://localhost:18008/patroni', member: 'db2' }]);
    assert.ok(config.ok);
    assert.deepEqual(parseClusterConfig(config.value, ENGINES), config);
    assert.deepEqual(urlsOf(config.value), ['https://db1:8008', 'https://localhost:18008']);
  });

  it(
    'an address copied with /patroni at its end is understood; a path of that name with a slash, and other paths, ' +
      "are a proxy's",
    () => {
      assert.deepEqual(
        accepted(['https://db1:8008/patroni', 'https://proxy/patroni/', 'https://proxy/db1']).map(({ url }) => url),
        ['https://db1:8008', 'https://proxy/patroni/', 'https://proxy/db1'],
      );
      assert.deepEqual(
        accepted(['https://db1:9191/patroni'], 'aerodb').map(({ url }) => url),
        ['https://db1:9191/patroni'],
        'AeroDB has no such path of its own',
      );
    },
  );

  it('also P7-A2: a mistake names its field and says what is wanted', () => {
    const rows: readonly (readonly [readonly unknown[], string, RegExp, string?])[] = [
      [['localhost:8008'], 'endpoints.0', /is not an address such as https:\/\/host:port/u],
      [[7], 'endpoints.0', /is not an address/u],
      [[{ member: 'db1' }], 'endpoints.0', /must be \{ "url": "https:\/\/host:port" \}/u],
      [[{ url: 'https://db1', port: 1 }], 'endpoints.0', /Unrecognized key: "port"/u],
      [[{ url: 'https://db1', member: '' }], 'endpoints.0.member', /at least|>=1/u],
      [['https://user:word@db1'], 'endpoints.0', /must not hold credentials/u],
      [
        [
          { url: 'https://db1', member: 'x' },
          { url: 'https://db2', member: 'x' },
        ],
        'endpoints',
        /names one member twice/u,
      ],
      [['https://db1', 'https://db1'], 'endpoints', /has one address twice/u],
      [
        [{ url: 'https://db1', member: 'x' }],
        'endpoints',
        /cannot name members: a node of this kind says itself which one it is/u,
        'aerodb',
      ],
    ];
    for (const [endpoints, field, words, kind] of rows) {
      const config = parsed(endpoints, kind);
      assert.ok(!config.ok, JSON.stringify(endpoints));
      assert.deepEqual(
        [config.error.code, config.error.field],
        ['PHASE7_MALFORMED_REQUEST', field],
        config.error.message,
      );
      assert.match(config.error.message, words);
      assert.doesNotMatch(config.error.message, /word/u, 'credentials are not repeated');
    }
  });

  it('also P7-A2: a group is a name and a colour one of six; a mistake is explained in the words of its field', () => {
    const orders = { name: 'orders', kind: 'aerodb', endpoints: ['https://db1:9191'] };
    const config = parseClusterConfig({ ...orders, group: 'payments', color: 'purple' }, ENGINES);
    assert.ok(config.ok);
    assert.deepEqual([config.value.group, config.value.color], ['payments', 'purple']);
    for (const [more, field, message] of [
      [{ color: 'pink' }, 'color', 'color: is none of red, orange, yellow, green, blue, purple.'],
      [{ color: '#f00' }, 'color', 'color: is none of red, orange, yellow, green, blue, purple.'],
      [{ color: 7 }, 'color', 'color: is none of red, orange, yellow, green, blue, purple.'],
      [{ group: '' }, 'group', undefined],
      [{ group: 'g'.repeat(101) }, 'group', undefined],
      [{ group: 'Summer2024!' }, 'group', 'group: is [withheld]: it does not look like a name.'],
    ] as const) {
      const refused = parseClusterConfig({ ...orders, ...more }, ENGINES);
      assert.ok(!refused.ok, JSON.stringify(more));
      assert.equal(refused.error.field, field);
      if (message !== undefined) assert.equal(refused.error.message, `The configured cluster is not valid: ${message}`);
    }
  });

  it('also P7-A2: each kind has the schemes of its engine and no other, and where it has no path, a port', () => {
    for (const [endpoint, kind, words] of [
      ['mysql://db1', 'mysql', /must hold a port and nothing else, as in mysql:\/\/host:port/u],
      ['mysql://db1:3306/orders', 'mysql', /must hold a port and nothing else/u],
      ['mysql://', 'mysql', /is not an address|must not hold/u],
      ['mysql://db1:3306?ssl=off', 'mysql', /must not hold credentials, a query or a fragment/u],
      ['mysql://anna:secret@db1:3306', 'mysql', /must not hold credentials/u],
      ['https://db1:3306', 'mysql', /is not an address such as mysql:\/\/host:port/u],
      ['mysql://db1:3306', 'aerodb', /is not an address such as https:\/\/host:port/u],
      ['mysql://db1:3306', 'patroni', /is not an address such as https:\/\/host:port/u],
    ] as const) {
      const config = parsed([endpoint], kind);
      assert.ok(!config.ok, endpoint);
      assert.match(config.error.message, words);
      assert.doesNotMatch(config.error.message, /secret/u);
    }
    for (const endpoint of ['mysql://DB1.example:3306/', 'mysql://127.0.0.1:1', 'mysql://[::1]:3306']) {
      const config = parsed([endpoint], 'mysql');
      assert.ok(config.ok, endpoint);
      assert.deepEqual(config.value.endpoints, [endpoint.toLowerCase().replace(/\/$/u, '')]);
    }
  });

  it('also P7-F1: plain http is accepted to loopback only, in each form of an endpoint', () => {
    for (const endpoint of ['http://db1:8008', { url: 'http://db1:8008', member: 'db1' }]) {
      const config = parsed([endpoint]);
      assert.ok(!config.ok);
      assert.equal(config.error.code, 'PHASE7_INSECURE_TRANSPORT');
    }
    assert.equal(accepted([{ url: 'http://localhost:18008', member: 'db1' }]).length, 1);
  });

  it('a line of the terminal names a member as it is typed, and is read back to the same', () => {
    for (const text of ['https://db1:8008', 'db1=https://localhost:18008', 'a name=http://127.0.0.1:1']) {
      const endpoint = endpointFromText(text);
      assert.equal(typeof endpoint === 'string' ? endpoint : endpointToText(endpoint), text);
    }
    assert.equal(endpointFromText('https://proxy/x=https://y'), 'https://proxy/x=https://y', 'an address is no member');
    for (const typed of ['db1=https://localhost:18008', 'https://localhost:18008/patroni']) {
      const config = parseClusterConfig(
        { name: typed, kind: 'patroni', endpoints: [endpointFromText(typed)] },
        ENGINES,
      );
      assert.ok(config.ok);
      assert.match(
        commandLine('inspect_cluster_state', { cluster: typed }, config.value, PATRONI),
        /--kind patroni --url (?:db1=)?https:\/\/localhost:18008$/u,
      );
    }
  });
});
