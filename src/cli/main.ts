/** The terminal program's first lines: the runtime is checked before anything that needs it is loaded. */
import { takeEnvironment } from './environment.ts';
import { leave, standardOutput } from './output.ts';

const OLDEST_NODE = 22;

async function main(): Promise<number> {
  const output = standardOutput();
  const [major = '0'] = process.versions.node.split('.');
  if (Number(major) < OLDEST_NODE) {
    output.err([`aerodb-control needs Node ${OLDEST_NODE} or newer; this is Node ${process.versions.node}. Nothing was asked and nothing was sent.`]);
    return 2;
  }
  // Node's own notices about its experimental parts are about this program, not about the cluster.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') output.err([`${warning.name}: ${warning.message}`]);
  });
  const { run } = await import('./program.ts');
  try {
    return await run(process.argv.slice(2), output, takeEnvironment());
  } catch (error) {
    // What was sent is not known here, so it is not claimed (P7-E2).
    output.err([`aerodb-control itself failed: ${error instanceof Error ? error.message : String(error)}`, 'The outcome is not known here; the audit log holds how far the request came.']);
    return 6;
  }
}

void main().then(leave);
