/** `npm run cluster -- patroni`, as a person starts and ends it, and as it ends when it is killed. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processesIn } from '../../scripts/lib/cluster-folder.mjs';
import { ensurePatroni } from '../../scripts/lib/patroni-install.mjs';
import { PATRONI_VARIABLE } from '../../scripts/lib/patroni-versions.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { startGroup, type Group } from '../../scripts/lib/processes.mjs';
import { parseClusterConfig } from '../../src/control-plane/clusters/configuration.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { until } from './support.ts';

describe('npm run cluster -- patroni', function () {
  this.timeout(120_000);
  const groups: Group[] = [];
  // The tests of another version may run beside these.
  const port = String(18_000 + randomInt(1000));
  let version = '';
  before('which Patroni is tested', async () => {
    ({ version } = await ensurePatroni(() => undefined, process.env[PATRONI_VARIABLE]));
  });
  after(() => Promise.all(groups.map(group => group.stop())));

  async function start(...options: readonly string[]): Promise<{ readonly group: Group; readonly folder: string }> {
    const group = startGroup(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(root, 'scripts/cluster.mjs'),
        'patroni',
        '--nodes',
        '1',
        '--port',
        port,
        '--patroni',
        version,
        ...options,
      ],
      { cwd: root },
    );
    groups.push(group);
    let ended = false;
    void group.ended.then(() => (ended = true));
    await until('the cluster is announced', () => ended || group.output().includes('Terminal:'), 90_000);
    const folder = /logs in (\S+)/u.exec(group.output())?.[1];
    assert.ok(folder !== undefined, group.output());
    return { group, folder: dirname(folder) };
  }

  it('says what to paste, and Ctrl-C leaves nothing', async () => {
    const { group, folder } = await start('--tls', '--auth', 'operator:open-sesame');
    assert.ok(group.output().includes(`A Patroni ${version} cluster runs`), group.output());
    const [config] = JSON.parse(/"aerodb\.clusters": (.*)/u.exec(group.output())?.[1] ?? '') as readonly unknown[];
    assert.equal(parseClusterConfig(config, ENGINES).ok, true, 'the setting is one that the control plane accepts');
    assert.match(group.output(), /aerodb-control inspect cluster --config \S+ --cluster trial/u);
    assert.doesNotMatch(group.output(), /sesame/u);
    assert.ok(processesIn(folder).length > 3);
    process.kill(group.pid, 'SIGINT');
    assert.equal(await group.ended, 'exit code 0', group.output());
    assert.deepEqual([processesIn(folder), existsSync(folder)], [[], false]);
  });

  it(
    'killed, it leaves nothing running; the next removes what it left behind, and ends also what was orphaned or ' +
      'frozen',
    async () => {
      const killed = await start();
      process.kill(killed.group.pid, 'SIGKILL');
      await until('its agents, and what they started, are gone', () => processesIn(killed.folder).length === 0);
      const { group, folder } = await start();
      assert.equal(existsSync(killed.folder), false);
      const agent = Number(/agent (\d+)/u.exec(group.output())?.[1]);
      const postmaster = Number(/postmaster (\d+)/u.exec(group.output())?.[1]);
      process.kill(postmaster, 'SIGSTOP');
      process.kill(agent, 'SIGKILL');
      assert.ok(processesIn(folder).some(({ pid }) => pid === postmaster));
      process.kill(group.pid, 'SIGTERM');
      assert.equal(await group.ended, 'exit code 0', group.output());
      assert.deepEqual([processesIn(folder), existsSync(folder)], [[], false]);
    },
  );

  for (const [options, complaint] of [
    [['--nodes', '0'], '--nodes takes a number'],
    [['--auth', 'nobody'], '--auth takes USER:PASSWORD'],
    [['--patroni', '2.1'], 'There is no Patroni "2.1" here'],
    [['--wrong'], 'Usage: npm run cluster -- patroni'],
  ] as const) {
    it(`refuses ${options.join(' ')}`, async () => {
      const group = startGroup(process.execPath, [join(root, 'scripts/cluster.mjs'), 'patroni', ...options]);
      groups.push(group);
      assert.equal(await group.ended, 'exit code 1');
      assert.ok(group.output().includes(complaint), group.output());
    });
  }
});
