/** What the suites of `npm test` need beside Node: found, fetched, built or unpacked while other suites run. */
import { packageExtension } from '../package.mjs';
import { ensureFastChromium, findChromium } from './chromium.mjs';
import { ensureCodeServer } from './code-server-install.mjs';
import { ensureDebianSystem, isDebian, patroniOfSystem } from './debian-system.mjs';
import { ensureMysql } from './mysql-install.mjs';
import { ensurePatroni } from './patroni-install.mjs';
import { PATRONI_VARIABLE, RELEASES } from './patroni-versions.mjs';

/**
 * What a need has become. env: what the suite is told; title: how its result is named; system: the root folder of the
 * Debian that it runs in.
 * @typedef {{ env: NodeJS.ProcessEnv, title?: string, system?: string }} Prepared
 */

/** @param {string} need */
function isOfPatroni(need) {
  return /^(?:patroni|debian)\b/u.test(need);
}

/**
 * @param {string} need
 * @returns {boolean} whether it is a database, which not every machine can have
 */
export function isDatabase(need) {
  return isOfPatroni(need) || need === 'mysql';
}

/**
 * What suites need beside Node; fetched and built while the others run.
 * @param {readonly import('./suites.mjs').Suite[]} suites
 * @param {(line: string) => void} say
 * @returns {(need: import('./suites.mjs').Need) => Promise<Prepared | 'the same' | Error>} the same: another suite runs
 *   on it
 */
export function prepare(suites, say) {
  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T | Error>}
   */
  const settle = async work => work().catch(error => (error instanceof Error ? error : new Error(String(error))));
  const wanted = (/** @type {readonly import('./suites.mjs').Need[]} */ ...needs) =>
    suites.some(suite => suite.needs.some(need => needs.includes(need)));
  const needs = [...new Set(suites.flatMap(suite => suite.needs))];
  const patroni = settle(async () => {
    if (!needs.some(isOfPatroni)) return { env: {}, version: '' };
    const programs = await ensurePatroni(say);
    return { env: {}, title: titleOf(programs), version: programs.version };
  });
  const others = new Map();
  for (const need of needs.filter(each => isOfPatroni(each) && each !== 'patroni'))
    others.set(
      need,
      settle(() => another(need, patroni, say)),
    );
  const mysql = settle(async () => {
    if (!wanted('mysql')) return { env: {} };
    return { env: {}, title: `mysql ${(await ensureMysql(say)).version}` };
  });
  const editor = settle(async () => {
    if (!wanted('editor', 'package')) return { env: {} };
    findChromium(); // one that is named and not there is said before anything is fetched
    // Not two installations of Debian's packages at once: the second would find the lists locked.
    await Promise.all([patroni.then(() => ensureFastChromium(say)), ensureCodeServer(say)]);
    return { env: {} };
  });
  const packaged = settle(async () => {
    const ready = await editor;
    if (ready instanceof Error) throw ready;
    if (!wanted('package')) return { env: {} };
    return {
      env: {
        AERODB_VSIX: await packageExtension().then(
          ({ file }) => file,
          error => Promise.reject(new Error(error.message)),
        ),
      },
    };
  });
  // Suites in the editor build the extension again, into the folder from which it is packaged.
  const ready = new Map([
    ['editor', packaged.then(() => editor)],
    ['package', packaged],
    ['patroni', patroni],
    ['mysql', mysql],
    ...others,
  ]);
  return need => ready.get(need) ?? Promise.reject(new Error(`nothing is known of ${need}`));
}

/**
 * Another Patroni than this machine's.
 * @param {import('./suites.mjs').Need} need
 * @param {Promise<{ version: string } | Error>} machine
 * @param {(line: string) => void} say
 * @returns {Promise<Prepared | 'the same'>}
 */
async function another(need, machine, say) {
  const own = await machine;
  if (own instanceof Error) throw own;
  const [kind, which = ''] = need.split(' ');
  if (kind === 'patroni') {
    if (own.version.startsWith(`${which}.`)) return 'the same';
    return { title: titleOf(await ensurePatroni(say, which)), env: { [PATRONI_VARIABLE]: which } };
  }
  const line = RELEASES.find(({ suite }) => suite === which)?.line ?? '';
  if (isDebian(which) && own.version.startsWith(`${line}.`)) return 'the same';
  const system = await systems.next(() => ensureDebianSystem(which, say));
  return { env: {}, title: `${titleOf(await patroniOfSystem(system))} (${which})`, system };
}

/**
 * @param {{ version: string, postgres: string }} programs
 * @returns {string} how the tests that run on them are named
 */
function titleOf({ version, postgres }) {
  return `patroni ${version}, PostgreSQL ${/\d+/u.exec(postgres)?.[0] ?? '?'}`;
}

/** Works on one thing after the other: unpacking a Debian keeps a core and the disk busy. */
const systems = {
  last: Promise.resolve(),
  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  next(work) {
    const done = this.last.then(work);
    this.last = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  },
};
