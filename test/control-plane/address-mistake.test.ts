/** Addresses as people mistype them: each mistake is told by what is wrong and what would be right. */
import assert from 'node:assert/strict';
import { addressMistake, type AddressMistake } from '../../src/control-plane/clusters/address-mistake.ts';
import { endpointFromText } from '../../src/control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../../src/control-plane/clusters/configuration.ts';
import { ENGINES } from '../../src/engines/registry.ts';

function engine(id: string): (typeof ENGINES)[number] {
  return ENGINES.find(one => one.id === id) ?? assert.fail(id);
}

const OVER_HTTP: readonly (readonly [typed: string, mistake: AddressMistake])[] = [
  ['', { kind: 'none-typed' }],
  [' , ', { kind: 'none-typed' }],
  ['localhost:9191', { kind: 'no-scheme', typed: 'localhost:9191', write: 'http://localhost:9191' }],
  ['127.0.0.1:9191', { kind: 'no-scheme', typed: '127.0.0.1:9191', write: 'http://127.0.0.1:9191' }],
  ['[::1]:9191', { kind: 'no-scheme', typed: '[::1]:9191', write: 'http://[::1]:9191' }],
  ['db1.example:7443', { kind: 'no-scheme', typed: 'db1.example:7443', write: 'https://db1.example:7443' }],
  ['db1', { kind: 'no-scheme', typed: 'db1', write: 'https://db1' }],
  ['https://db1:7443, db2:7443', { kind: 'no-scheme', typed: 'db2:7443', write: 'https://db2:7443' }],
  ['http://db1:9191', { kind: 'plain', typed: 'http://db1:9191', write: 'https://db1:9191' }],
  ['ftp://db1:9191', { kind: 'other-scheme', scheme: 'ftp', write: 'https://db1:9191' }],
  ['https://db1:7443/?x=1', { kind: 'query', write: 'https://db1:7443/' }],
  ['https://bob:hunter2@db1:7443', { kind: 'credentials' }],
  ['bob:hunter2@db1:7443', { kind: 'credentials' }],
  ['https://db1:7443 https://db1:7443', { kind: 'twice', typed: 'https://db1:7443' }],
];

describe('an address that a person mistypes', () => {
  for (const id of ['aerodb', 'patroni'])
    for (const [typed, mistake] of OVER_HTTP)
      it(`${id}: "${typed}" is told as ${mistake.kind}`, () => {
        assert.deepEqual(addressMistake(typed, engine(id)), mistake);
      });

  it('an engine of another scheme is told its own, and needs a port', () => {
    const mysql = engine('mysql');
    assert.deepEqual(addressMistake('localhost:3306', mysql), {
      kind: 'no-scheme',
      typed: 'localhost:3306',
      write: 'mysql://localhost:3306',
    });
    assert.deepEqual(addressMistake('https://db1:3306', mysql), {
      kind: 'other-scheme',
      scheme: 'https',
      write: 'mysql://db1:3306',
    });
    assert.deepEqual(addressMistake('mysql://db1', mysql), {
      kind: 'no-port',
      typed: 'mysql://db1',
      write: 'mysql://db1:PORT',
    });
    assert.equal(addressMistake('mysql://db1:3306 mysql://db2:3306', mysql), undefined);
  });

  it('the member that an address leads to may stand before it', () => {
    assert.equal(addressMistake('pg1=https://localhost:8008', engine('patroni')), undefined);
  });

  it('also SEC-3: what reads like a secret is repeated by no mistake', () => {
    for (const secret of [
      'https://u:s3cr3tPassw0rd@db1:7443',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.Xy7',
      'Tr0ub4dor&3x9Q',
    ])
      for (const one of ENGINES) {
        const said = JSON.stringify(addressMistake(secret, one) ?? null);
        for (const part of secret.split(/[:@/.]+/u).filter(word => word.length > 6))
          assert.ok(!said.includes(part), said);
      }
  });

  it('each address that it has nothing to say of is one that can be configured, and the other way round', () => {
    for (const one of ENGINES) {
      const [example = ''] = one.addresses.example.split(', ');
      for (const typed of [example, one.addresses.example, ...OVER_HTTP.map(([text]) => text)]) {
        const endpoints = typed
          .split(/[\s,]+/)
          .filter(part => part !== '')
          .map(endpointFromText);
        const { ok } = parseClusterConfig({ name: 'orders', kind: one.id, endpoints }, ENGINES);
        assert.equal(addressMistake(typed, one) === undefined, ok, `${one.id}: ${typed}`);
      }
    }
  });
});
