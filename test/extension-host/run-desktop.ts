/**
 * Runs the extension-host suites in a desktop VS Code: `npm run campaign -- desktop`. It is the one that
 * `VSCODE_PATH` names, the one that belongs to `code` on the PATH, or one that is downloaded; exit code 2 says that
 * there is none.
 */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { downloadAndUnzipVSCode, ProgressReportStage, runTests, type ProgressReporter } from '@vscode/test-electron';
import { build } from '../../scripts/build.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { onPath } from '../../scripts/lib/run.mjs';
import { REPORT_VARIABLE } from '../../scripts/lib/test-report.mjs';
import { bundleSuites } from './bundle.ts';
import { Progress } from './progress.ts';
import { TemporaryFolder } from '../support/folders.ts';

/** One line when there is something to wait for. */
const progressInWords: ProgressReporter = {
  report: ({ stage }) => {
    if (stage === ProgressReportStage.ResolvedVersion) process.stdout.write('Downloading a desktop VS Code …\n');
  },
  error: () => undefined,
};

const program = await findVsCode();
if (program === undefined) process.exitCode = 2;
else process.exitCode = await runIn(program);

async function findVsCode(): Promise<string | undefined> {
  const chosen = process.env['VSCODE_PATH'];
  if (chosen !== undefined) {
    if (existsSync(chosen)) return chosen;
    process.stderr.write(`VSCODE_PATH names ${chosen}, which does not exist.\n`);
    return undefined;
  }
  const installed = besideLauncher();
  if (installed !== undefined) return installed;
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', timeout: 30_000, reporter: progressInWords });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `There is no desktop VS Code: VSCODE_PATH is not set, no \`code\` with its program is on the PATH, and ` +
        `none can be downloaded (${reason}).\n`,
    );
    return undefined;
  }
}

/** `code` is a script in the folder `bin` of an installation; the program sits above it. */
function besideLauncher(): string | undefined {
  const launcher = onPath('code');
  if (launcher === undefined) return undefined;
  const program = join(dirname(dirname(realpathSync(launcher))), 'code');
  return existsSync(program) ? program : undefined;
}

async function runIn(vscodeExecutablePath: string): Promise<number> {
  using temporary = new TemporaryFolder('aero-host-');
  const folder = temporary.path;
  const report = process.env[REPORT_VARIABLE] ?? join(folder, 'report.jsonl');
  const progress = new Progress(report);
  const timer = setInterval(() => progress.update(), 200);
  try {
    const [extensionTestsPath] = await Promise.all([bundleSuites(), build({ release: false })]);
    const ownProfile = [
      `--user-data-dir=${join(folder, 'u')}`,
      `--extensions-dir=${join(folder, 'x')}`,
      '--disable-workspace-trust',
    ];
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath,
      extensionTestsEnv: { [REPORT_VARIABLE]: report, XDG_STATE_HOME: join(folder, 'state') },
      launchArgs: [folder, ...ownProfile, ...asRoot],
    }).catch((error: unknown) => void process.stderr.write(`${String(error)}\n`));
    if (!progress.ended) process.stdout.write('The extension host ended without a result.\n');
    return progress.ended && !progress.failed ? 0 : 1;
  } finally {
    clearInterval(timer);
  }
}
