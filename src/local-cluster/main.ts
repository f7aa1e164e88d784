/** The program of the local cluster: reads the command line and runs a whole cluster or one node. */
import { WriteCutShort } from '../files/whole.ts';
import { UsageError } from './config.ts';
import { runCluster } from './launcher.ts';
import { runNode } from './node-process.ts';
import { readCommandLine, USAGE } from './options.ts';

try {
  const command = readCommandLine(process.argv.slice(2));
  switch (command.command) {
    case 'help':
      process.stdout.write(USAGE);
      break;
    case 'node':
      await runNode(command.name, command.options);
      break;
    case 'cluster':
      await runCluster(import.meta.filename, command.options);
  }
} catch (error) {
  // A refusal of the operating system (a full disk, a missing permission) is reported in its own words; a stack trace
  // is for errors in this program.
  const isExplained =
    error instanceof UsageError || (error instanceof Error && 'syscall' in error) || error instanceof WriteCutShort;
  process.stderr.write(
    isExplained ? `${error.message}\n` : `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(error instanceof UsageError ? 2 : 1);
}
