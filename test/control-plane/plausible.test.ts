/** What of a person's words may be repeated: what names, addresses and paths look like, and what no secret does. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import {
  isAddress,
  isClusterName,
  isHost,
  isName,
  isNodeName,
  isPath,
} from '../../src/control-plane/model/plausible.ts';

const NAMES = [
  'i-0abcd1234ef567890',
  'vm-3f2a9c',
  'postgres-7f9c8d6b5-x2x4q',
  'prod-7f9c8d6b5-x2x4q',
  'orders',
  'local',
  'constructor',
  '__proto__',
  'orders-prod',
  'prod-eu1a-pg17b-k8s',
  'Orders (production)',
  'orders_eu1',
  'pg-17',
  'pg17prod',
  'k8s',
  'db01',
  'DB1',
  'OrdersProd',
  'PGProd',
  'Orders2Prod',
  'eu/orders',
  'Größe',
  '注文',
  'заказы',
  'acid-minimal-cluster-0',
  'postgresql0',
  'node-2',
  'Orders!',
  '[prod] orders',
  'C#',
  'R&D',
  '50% load',
  'Anna Müller (DBA)',
  "O'Brien",
  'Note: old',
  'Anna <anna@example.com>',
  'orders.eu-west-1',
  '2026-11-29',
  'Rechnungswesen',
  'demo 3',
  'a',
];
const HOSTS = [
  'i-0abcd1234ef567890',
  'gke-prod-default-pool-3f2a9c1d-x2x4.internal',
  'localhost',
  '127.0.0.1',
  '[::1]',
  'db1',
  'db-1.example',
  'ip-10-0-0-1.eu-west-1.compute.internal',
  'orders.c9akciq32.eu-west-1.rds.amazonaws.com',
  'pg-7d9f8b6c5-x2k4j.pg.svc.cluster.local',
];
const PATHS = [
  '/etc/aerodb/ca.pem',
  '/home/anna/.config/aerodb/orders.token',
  './token',
  '../x9Kd2/ca.pem',
  '~/.pgpass',
  'token',
  'orders.token',
  'certs/ca.pem',
  'none/../none',
  '/tmp/aerodb-cli-x9Yz12/token',
  '/var/run/secrets/kubernetes.io/serviceaccount/token',
  '/nix/store/3n0wq8k6z1b7x9dgfmv5/ca.pem',
  'C:\\Users\\anna\\AppData\\Roaming\\AeroDB\\clusters.json',
  'C:\\Program Files (x86)\\ca.pem',
  '\\\\server\\share\\ca.pem',
  '/dev/zero',
  '/',
  '.',
  'Zertifikate/Prüfstelle.pem',
  `${homedir()}/.config/aerodb/clusters.json`,
  `${tmpdir()}/x/clusters.json`,
];
function base62(length: number): string {
  return randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^a-zA-Z0-9]/gu, '')
    .slice(0, length);
}

/** Rebuilt at every run, so that the rule is held against more than was thought of. */
const DRAWN_SECRETS: readonly (readonly [string, () => string])[] = [
  ['base64', () => randomBytes(33).toString('base64')],
  ['base64url', () => randomBytes(33).toString('base64url')],
  ['hex', () => randomBytes(20).toString('hex')],
  ['base62', () => base62(32)],
  ['a Vault token', () => `hvs.${base62(28)}`],
  ['a GitHub token', () => `ghp_${base62(36)}`],
  ['a JWT', () => `eyJhbGciOiJIUzI1NiJ9.${base62(40)}.${base62(43)}`],
  ['user:password', () => `admin:${base62(20)}`],
  ['Bearer', () => `Bearer ${base62(32)}`],
  ['a key', () => `-----BEGIN PRIVATE KEY-----\n${randomBytes(48).toString('base64')}\n-----END PRIVATE KEY-----\n`],
  ['the body of a key', () => randomBytes(48).toString('base64')],
  ['an address with credentials', () => `https://ann:${base62(20)}@db1.example:9191`],
  ['an address with a query', () => `https://db1.example/?token=${base62(20)}`],
  ['an address with a fragment', () => `https://db1.example/#${base62(20)}`],
  ['a connection string', () => `host=db1 password=${base62(20)}`],
  ['a database URL', () => `postgres://ann:${base62(20)}@db1/x`],
];
const SECRETS = [
  'Rx79SoHLBDcr',
  'cwjdIoD97Rlqghho',
  'Passw0rd',
  'S3cr3t!',
  'Tr0ub4dor&3',
  'p@ssword',
  'P@ssw0rd!',
  'Summer2024!',
  'admin:secret',
  'canary/Zx81+secret=="\\q7',
  'hunter2\nhunter2',
  'password=hunter',
  'JBSWY3DPEHPK3PXP',
  '\u0000',
  '',
  'x'.repeat(300),
];

describe('what may be repeated', () => {
  it('also P7-O3: names, hosts, addresses and paths as people and machines make them', () => {
    for (const name of NAMES) assert.ok(isName(name) && isNodeName(name) && isClusterName(name), name);
    for (const host of HOSTS)
      for (const address of [`https://${host}:9191`, `https://${host}/proxy/db1/`])
        assert.ok(
          isHost(host) && isAddress(address) && isClusterName(address) && isClusterName(`db1=${address}`),
          address,
        );
    for (const path of PATHS) assert.ok(isPath(path), path);
    assert.ok(isNodeName(randomUUID()));
  });

  it('also P7-O3, freeze/secrets: no secret, of those that people think of and of those that machines draw', () => {
    for (const [what, draw] of DRAWN_SECRETS) {
      for (let n = 0; n < 100; n += 1) {
        const secret = draw();
        assert.deepEqual(
          [isName(secret), isNodeName(secret), isClusterName(secret), isAddress(secret), isPath(secret)],
          [false, false, false, false, false],
          `${what}: ${secret}`,
        );
      }
    }
    for (let n = 0; n < 1000; n += 1) {
      const id = randomUUID();
      assert.deepEqual([isName(id), isClusterName(id), isNodeName(id)], [false, false, true], id);
    }
    for (const secret of SECRETS)
      assert.deepEqual(
        [isName(secret), isNodeName(secret), isClusterName(secret), isPath(secret)],
        [false, false, false, false],
        secret,
      );
    for (const address of [
      'https://',
      'h2://db1',
      'qzxkvwtplmrbn://db1',
      'https://db1/Zx81secretQq7b',
      'https://x9Kd2fQ8zPw3',
      'https://@db1',
      'https://db1?',
      'https://db1/a b',
      `https://${base62(40)}`,
    ])
      assert.ok(!isAddress(address), address);
  });
});
