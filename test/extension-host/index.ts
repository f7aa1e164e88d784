/** The entry that VS Code calls inside the extension host to run the suites. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordRun, REPORT_VARIABLE } from '../../scripts/lib/test-report.mjs';

/**
 * The entry that VS Code calls inside the extension host: runs every bundled suite beside it with mocha. Suites run in
 * the order of their names, so that `activation` finds the extension as the editor loaded it: not yet activated.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ timeout: 30_000, forbidOnly: true, forbidPending: true, reporter: 'base' });
  const suites = readdirSync(__dirname)
    .filter(name => name.endsWith('.test.cjs'))
    .sort();
  for (const suite of suites) mocha.addFile(join(__dirname, suite));
  const failures = await new Promise<number>(resolve => {
    const runner = mocha.run(resolve);
    const file = process.env[REPORT_VARIABLE];
    if (file !== undefined) recordRun(runner, file);
  });
  if (failures > 0) throw new Error(`${failures} extension-host tests failed`);
}
