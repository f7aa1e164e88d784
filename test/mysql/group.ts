/** A MySQL group for tests and pictures. */
import { MysqlCluster, type MysqlClusterOptions } from '../../scripts/lib/mysql-cluster.mjs';
import { ensureMysql } from '../../scripts/lib/mysql-install.mjs';

/** The two logins that every server of the group has, as the engine is given them. */
export const LOGINS = { look: 'watch:watch-Pa55', control: 'switch:switch-Pa55' } as const;

/** Starts a group for tests. */
export async function startGroup(options: Omit<MysqlClusterOptions, 'programs'> = {}): Promise<MysqlCluster> {
  const log = (line: string): boolean => process.stderr.write(`${line}\n`);
  return MysqlCluster.start({ log, ...options, programs: await ensureMysql(log) });
}
