/** Which rights each login needs: who lacks one is refused in MySQL's own words, and told which one it is. */
import assert from 'node:assert/strict';
import type { Kernel } from '../../src/control-plane/ports.ts';
import type { ControlError, Result } from '../../src/control-plane/model/errors.ts';
import { addresses, errorOf, kernelAt, order, outcomeOf, requestFor, settledPrimary, valueOf } from './operator.ts';
import { LOGINS, roles, useGroup } from './support.ts';

/** Everything that a kernel of MySQL is asked for, but control. */
const READS: Readonly<Record<string, (kernel: Kernel, node: string, endpoint: string) => Promise<Result<unknown>>>> = {
  readCluster: kernel => kernel.readCluster(),
  readNode: (kernel, node) => kernel.readNode(node),
  readReplication: kernel => kernel.readReplication(),
  readPromotion: kernel => kernel.readPromotion(),
  readWal: (kernel, node) => kernel.readWal(node),
  readSnapshots: (kernel, node) => kernel.readSnapshots(node),
  declareDiagnosticsCost: (kernel, node) => kernel.declareDiagnosticsCost(node),
  collectDiagnostics: (kernel, node, endpoint) => kernel.collectDiagnostics(node, endpoint),
  explainSwitch: (kernel, node) => kernel.explainPromotion(node, 'validated'),
  explainForce: (kernel, node) => kernel.explainPromotion(node, 'forced'),
};

/** Logins of this test: what each may do. */
const MADE = {
  'looks-at-tables': ['SELECT ON performance_schema.*'],
  'looks-at-logs': ['REPLICATION CLIENT ON *.*'],
  'only-switches': ['GROUP_REPLICATION_ADMIN ON *.*', 'SELECT ON performance_schema.*'],
  'only-forces': ['SYSTEM_VARIABLES_ADMIN ON *.*', 'SELECT ON performance_schema.*'],
  'may-not-read': ['GROUP_REPLICATION_ADMIN ON *.*'],
} as const;
const PASSWORD = 'made-Pa55';

describe('rights of MySQL', function () {
  this.timeout(120_000);
  const use = useGroup();
  let kernel: Kernel;
  let primary: number;
  let target: number;
  let other: number;

  before('logins with one right each', async () => {
    const { cluster } = use;
    const statements = Object.entries(MADE).flatMap(([user, rights]) => [
      `CREATE USER IF NOT EXISTS '${user}'@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`,
      ...rights.map(right => `GRANT ${right} TO '${user}'@'127.0.0.1'`),
    ]);
    await cluster.heal();
    await cluster.sql((await roles(cluster))[0], statements.join('; '));
  });
  beforeEach('who leads', async () => {
    [primary, target, other] = await roles(use.cluster);
    kernel = await kernelAt(addresses(use.cluster, target));
  });

  function id(index: number): string {
    return use.cluster.member(index).id;
  }

  function made(user: keyof typeof MADE): string {
    return `${user}:${PASSWORD}`;
  }

  function withLogins(logins: { readonly look?: string; readonly control?: string }): Promise<Kernel> {
    return kernelAt(addresses(use.cluster, target), { ...LOGINS, ...logins });
  }

  function isRefusal(error: ControlError, code: string, words: RegExp, known: string | undefined): void {
    assert.deepEqual(
      [error.domain, error.code, error.outcome, error.known],
      ['KERNEL_REJECTION', code, 'not_executed', known],
    );
    assert.match(error.message, words);
    assert.ok(error.kernel?.body.startsWith(`ERROR ${code.replace('MYSQL_', '')} (`), error.kernel?.body);
    assert.doesNotMatch(JSON.stringify(error), /Pa55/u);
  }

  for (const [name, read] of Object.entries(READS))
    it(`the login that looks suffices for ${name}`, async () => {
      const endpoint = use.cluster.member(target).address;
      const result = valueOf(await read(kernel, id(target), endpoint));
      const text = JSON.stringify(result, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
      assert.doesNotMatch(text, /Pa55/u);
      if (name === 'collectDiagnostics') assert.doesNotMatch(text, /denied|not answered/u);
    });

  it('also P7-E3: a login without SELECT on the performance schema is told so, at the first address', async () => {
    for (const look of [made('looks-at-logs'), 'nothing:nothing-Pa55'])
      for (const [name, read] of Object.entries(READS)) {
        const result = await read(await withLogins({ look }), id(target), use.cluster.member(target).address);
        if (result.ok) {
          assert.ok(['declareDiagnosticsCost', 'collectDiagnostics'].includes(name), name);
          continue;
        }
        isRefusal(
          result.error,
          'MYSQL_1142',
          /^SELECT command denied to user '[\w-]+'@'(?:127\.0\.0\.1|localhost)' for table '\w+'$/u,
          'This login needs SELECT ON performance_schema.*.',
        );
      }
  });

  it('also P7-E3: a login without REPLICATION CLIENT is told so where binary logs are read, and reads all else', async () => {
    const looking = await withLogins({ look: made('looks-at-tables') });
    for (const [name, read] of Object.entries(READS)) {
      const result = await read(looking, id(target), use.cluster.member(target).address);
      if (name !== 'readWal') assert.ok(result.ok, name);
      else
        isRefusal(
          errorOf(result),
          'MYSQL_1227',
          /^Access denied; .* the SUPER, REPLICATION CLIENT privilege\(s\) for this operation$/u,
          'The login for reading needs REPLICATION CLIENT ON *.*.',
        );
    }
  });

  it('also P7-E3, P7-E2: a switch by a login without GROUP_REPLICATION_ADMIN: nothing is executed', async () => {
    isRefusal(
      errorOf(await order(await withLogins({ control: made('only-forces') }), id(target), 'validated')),
      'MYSQL_1123',
      /^Can't initialize function 'group_replication_set_as_primary'; User 'only-forces'@'127\.0\.0\.1' needs SUPER/u,
      'The login for control needs GROUP_REPLICATION_ADMIN ON *.* to switch.',
    );
    isRefusal(
      errorOf(await order(await withLogins({ control: made('may-not-read') }), id(target), 'validated')),
      'MYSQL_1142',
      /^SELECT command denied to user 'may-not-read'@'(?:127\.0\.0\.1|localhost)' for table '\w+'$/u,
      'This login needs SELECT ON performance_schema.*.',
    );
    assert.equal(await settledPrimary(use.cluster), primary);
  });

  it('also P7-E3, P7-E2: a force by a login without SYSTEM_VARIABLES_ADMIN, or to another server: nothing is executed', async () => {
    isRefusal(
      errorOf(await order(await withLogins({ control: made('only-switches') }), id(target), 'forced')),
      'MYSQL_1227',
      /SUPER or SYSTEM_VARIABLES_ADMIN privilege\(s\)/u,
      'The login for control needs SYSTEM_VARIABLES_ADMIN ON *.* to force.',
    );
    const explained = valueOf(await kernel.explainPromotion(id(target), 'forced'));
    const elsewhere = { ...requestFor(explained, 'forced'), endpoint: use.cluster.member(other).address };
    isRefusal(
      errorOf(await kernel.promote(elsewhere)),
      'MYSQL_1231',
      /^Variable 'group_replication_force_members' can't be set to the value of 'NULL'$/u,
      undefined,
    );
  });

  it('a login with GROUP_REPLICATION_ADMIN and SELECT alone switches', async () => {
    const controlling = await withLogins({ control: made('only-switches') });
    assert.equal(outcomeOf(await order(controlling, id(target), 'validated')), 'executed');
    assert.equal(await settledPrimary(use.cluster), target);
  });

  it('also P7-E3: a wrong password is refused in MySQL’s words, at the first address, and is never shown', async () => {
    for (const logins of [{ look: 'watch:wrong-Pa55' }, { look: 'nobody:wrong-Pa55' }]) {
      const looking = await withLogins(logins);
      isRefusal(
        errorOf(await looking.readCluster()),
        'MYSQL_1045',
        /^Access denied for user '\w+'@'(?:127\.0\.0\.1|localhost)' \(using password: YES\)$/u,
        'MySQL admits no login with this user and password from this machine.',
      );
    }
    const controlling = await withLogins({ control: 'switch:wrong-Pa55' });
    isRefusal(
      errorOf(await order(controlling, id(target), 'validated')),
      'MYSQL_1045',
      /using password: YES/u,
      'MySQL admits no login with this user and password from this machine.',
    );
    assert.equal(await settledPrimary(use.cluster), primary);
  });

  it('also P7-E3: trap 12: in offline mode a login without CONNECTION_ADMIN is told so: the server is not down', async () => {
    const { cluster } = use;
    await cluster.sql(target, 'SET GLOBAL offline_mode = ON');
    try {
      const alone = await kernelAt([cluster.member(target).address]);
      isRefusal(
        errorOf(await alone.readCluster()),
        'MYSQL_3032',
        /^The server is currently in offline mode$/u,
        'The server is in offline mode, like a member that the group has expelled: it admits only logins ' +
          'with CONNECTION_ADMIN ON *.*. It is not down.',
      );
      // The others answer, and what that one said stands beside it.
      const reading = valueOf(await kernel.readCluster());
      assert.deepEqual(
        reading.skipped.map(({ endpoint }) => endpoint),
        [cluster.member(target).address],
      );
      assert.match(reading.skipped[0]?.reason ?? '', /ERROR 3032 \(\w+\): The server is currently in offline mode/u);
      const admitted = await withLogins({ look: LOGINS.control });
      const node = valueOf(await admitted.readNode(id(target)));
      assert.equal(node.view.source, 'self');
    } finally {
      await cluster.sql(target, 'SET GLOBAL offline_mode = OFF');
    }
  });
});
