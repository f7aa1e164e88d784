/**
 * One process per data directory, one launcher per cluster, and whoever is refused changes nothing. `AERODB_STARTS`
 * says how many simultaneous starts are tried.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { temporaryFolder } from '../support/folders.ts';
import { errorCode, runToEnd, withCluster } from '../support/test-cluster.ts';

const STARTS = Number(process.env['AERODB_STARTS'] ?? 200);
const CONTENDERS = 3;
/** A process is started again after so many directories. */
const LIFE = 100;

class Contender {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string) {
    const child = spawn(process.execPath, ['--expose-gc', '--disable-warning=ExperimentalWarning', program, 'node-1'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async next(): Promise<string> {
    const line = await this.#lines.next();
    return line.done === true ? assert.fail('a contender ended') : (JSON.parse(line.value) as string);
  }

  startIn(data: string): void {
    this.#child.stdin?.write(`${data}\n`);
  }

  async end(): Promise<void> {
    const ended = new Promise(done => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await ended;
  }
}

describe('exclusive is exclusive', function () {
  this.timeout(Math.max(120_000, STARTS * 1_000));
  let folder: string;
  before(() => {
    folder = temporaryFolder('aerodb-starts-');
  });

  it(
    `also P6-F1: of ${STARTS} times ${CONTENDERS} simultaneous starts in one data directory, one is given it each ` +
      'time, and never two',
    async () => {
      const program = join(folder, 'contender.mjs');
      buildSync({
        entryPoints: [resolve(import.meta.dirname, 'contender.ts')],
        outfile: program,
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        logLevel: 'silent',
      });
      const holders: number[] = [];
      for (let first = 0; first < STARTS; first += LIFE) {
        const contenders = Array.from({ length: CONTENDERS }, () => new Contender(program));
        await Promise.all(contenders.map(one => one.next()));
        for (let start = first; start < Math.min(first + LIFE, STARTS); start += 1) {
          const data = join(folder, String(start));
          mkdirSync(join(data, 'node-1'), { recursive: true });
          // A lock that a dead process left is the second start of every node.
          if (start % 2 === 1) writeFileSync(join(data, 'node-1', 'node.pid'), '999999999 \n');
          for (const one of contenders) one.startIn(data);
          const said = await Promise.all(contenders.map(one => one.next()));
          holders.push(said.filter(one => one === 'given').length);
          for (const one of said)
            if (one !== 'given')
              assert.match(one, /is in use by .*End it first; two processes never share one directory/);
        }
        await Promise.all(contenders.map(one => one.end()));
      }
      assert.deepEqual(
        [holders.filter(count => count > 1).length, holders.filter(count => count === 0).length],
        [0, 0],
        'starts with two holders, and with none',
      );
    },
  );

  it(
    'a launcher that is refused changes nothing: neither beside a running launcher nor beside a node that was ' +
      'started alone',
    () =>
      withCluster({ nodes: 2 }, async cluster => {
        const config = (): string => readFileSync(join(cluster.data, 'cluster.json'), 'utf8');
        const before = config();
        const again = ['--data', cluster.data, '--nodes', '2', '--port', '0'];
        const beside = await runToEnd(again);
        assert.match(beside.stderr, /The cluster in .* is in use by process \d+ on/);
        assert.equal(config(), before);
        const second = cluster.node(2);
        await cluster.end();
        await cluster.restart(second);
        const alone = await runToEnd(again);
        assert.match(alone.stderr, /The data directory of node-2 in .* is in use by process \d+ on/);
        assert.deepEqual([beside.code, alone.code, config()], [2, 2, before]);
      }),
  );

  it(
    'also P6-F1: a node whose lock file is removed acknowledges nothing more: another process may have begun to ' +
      'write there',
    () =>
      withCluster({ nodes: 1 }, async cluster => {
        const only = cluster.node(1);
        assert.equal((await only.write('kept')).status, 200);
        unlinkSync(join(cluster.directory(only), 'node.lock'));
        assert.equal(errorCode(await only.write('refused')), 'AERO_STORAGE_FAILED');
        await cluster.gone(only);
        await cluster.restart(only);
        assert.equal((await only.write('works again')).status, 200);
      }),
  );
});
