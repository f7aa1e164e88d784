/**
 * An empty data folder with the logins of a trial, of which each member of a cluster gets a copy. It is made once and
 * kept beside the programs; what it is made from is part of its name.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAside } from './cache.mjs';
import { seedSql, serverLines } from './mysql-config.mjs';
import { commandOf } from './mysql-install.mjs';
import { cacheFolder } from './paths.mjs';
import { Failure, lastLines, run } from './run.mjs';

/**
 * @param {import('./mysql-install.mjs').MysqlPrograms} programs
 * @param {(line: string) => void} say
 * @returns {Promise<string>} a data folder that no server has run on
 * @throws {Failure} with the end of the server's log
 */
export async function ensureMysqlSeed(programs, say) {
  const made = createHash('sha256').update([...serverLines(programs, ''), seedSql()].join('\n'));
  const home = join(cacheFolder(), `mysql-${programs.version}-data-${made.digest('hex').slice(0, 12)}`);
  if (existsSync(home)) return home;
  say(`Making an empty data folder of MySQL ${programs.version} …`);
  return buildAside(cacheFolder(), async aside => {
    const [config, sql] = [join(aside, 'my.cnf'), join(aside, 'init.sql')];
    writeFileSync(config, [...serverLines(programs, aside), ''].join('\n'));
    writeFileSync(sql, seedSql());
    mkdirSync(join(aside, 'data'), { mode: 0o700 });
    const [file, ...args] = commandOf(programs, 'mysqld');
    await run(file, [...args, `--defaults-file=${config}`, '--initialize-insecure', `--init-file=${sql}`]).catch(() => {
      const log = join(aside, 'error.log');
      throw new Failure(
        `MySQL ${programs.version} makes no data folder:\n` +
          (existsSync(log) ? lastLines(readFileSync(log, 'utf8'), 12) : 'it wrote no log'),
      );
    });
    rmSync(join(aside, 'data', 'auto.cnf')); // each member has an id of its own
    return { built: join(aside, 'data'), home };
  });
}
