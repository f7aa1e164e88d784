/** The reads that Patroni's API does not offer, over SQL with a login that may only look. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MONITOR } from '../../scripts/lib/patroni-cluster.mjs';
import { others, settled } from './support.ts';
import { Session, useSession } from './terminal.ts';

describe('with a database login', function () {
  this.timeout(60_000);
  const use = useSession({ database: MONITOR.password });

  it('reads segments, archiver, slots and checkpoints, as PostgreSQL itself tells of them', async () => {
    const { session, cluster } = use;
    const leader = await settled(cluster);
    // A checkpoint of PostgreSQL's own may end at any moment, after a promotion above all: what is there before and
    // after was there meanwhile.
    const segments = async (): Promise<readonly string[]> =>
      (await cluster.sql(leader, "SELECT name FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'")).split('\n');
    const checkpoint = (): Promise<string> => cluster.sql(leader, 'SELECT checkpoint_lsn FROM pg_control_checkpoint()');
    const [segmentsBefore, checkpointBefore] = [await segments(), await checkpoint()];
    const wal = await session.run('diag wal', '--node', leader, '--wide');
    assert.deepEqual([wal.code, wal.stderr], [0, '']);
    const snapshots = await session.run('diag snapshots', '--node', leader, '--wide');
    assert.deepEqual([snapshots.code, snapshots.stderr], [0, '']);
    const [segmentsAfter, checkpointAfter] = [await segments(), await checkpoint()];
    const kept = segmentsBefore.filter(name => segmentsAfter.includes(name));
    assert.ok(kept.length > 0);
    for (const text of [...kept, 'Archiver', ...others(cluster, leader)])
      assert.ok(wal.stdout.includes(text), `${text} in ${wal.stdout}`);
    assert.ok(
      [checkpointBefore, checkpointAfter].some(lsn => snapshots.stdout.includes(lsn)),
      `${checkpointBefore} or ${checkpointAfter} in ${snapshots.stdout}`,
    );
    const replica = await session.run('diag wal', '--node', others(cluster, leader)[0], '--wide');
    assert.match(replica.stdout, /Replayed/u);
  });

  it('also P7-S2: the login may look, and change nothing', async () => {
    const { cluster } = use;
    const leader = await settled(cluster);
    assert.equal(
      await cluster.sql(
        leader,
        'SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR ' +
          `has_table_privilege('${MONITOR.user}', 'pg_authid', 'SELECT') FROM pg_roles WHERE rolname = ` +
          `'${MONITOR.user}'`,
      ),
      'f',
    );
  });

  it("also P7-E3: a wrong password is said in PostgreSQL's words, without the password", async () => {
    const { cluster } = use;
    const session = new Session(cluster, { database: 'not-the-password' });
    try {
      const { code, stdout, stderr } = await session.run('diag snapshots', '--node', await settled(cluster));
      assert.deepEqual([code, stdout], [4, '']);
      assert.match(stderr.replaceAll(/\s+/gu, ' '), /password authentication failed[^]*28P01/u);
      assert.ok(
        !stderr.includes('not-the-password') && !JSON.stringify(session.records()).includes('not-the-password'),
      );
    } finally {
      session.end();
    }
  });

  it("also P7-S3: PostgreSQL's environment variables and password files change neither where it goes nor as whom", async () => {
    const { cluster } = use;
    const session = new Session(cluster, {
      database: MONITOR.password,
      env: {
        PGHOST: '127.0.0.2',
        PGPORT: '1',
        PGUSER: 'postgres',
        PGDATABASE: 'nowhere',
        PGPASSWORD: 'wrong',
        PGSSLMODE: 'require',
        PGOPTIONS: '-c nonsense=1',
        PGREPLICATION: 'true',
        PGSSLNEGOTIATION: 'direct',
        PGCLIENT_ENCODING: 'nonsense',
        NODE_PG_FORCE_NATIVE: '1',
      },
    });
    try {
      writeFileSync(join(session.home, '.pgpass'), '*:*:*:*:wrong\n', { mode: 0o600 });
      const { code, stderr } = await session.run('diag snapshots', '--node', await settled(cluster));
      assert.deepEqual([code, stderr], [0, '']);
    } finally {
      session.end();
    }
  });
});
