/**
 * Runs the extension-host suites inside code-server: `node test/extension-host/run.ts`. VS Code refuses modal dialogs
 * in this mode; what a person confirms is tested in test/ui.
 */
import { join } from 'node:path';
import { build } from '../../scripts/build.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { until } from '../../scripts/lib/processes.mjs';
import { REPORT_VARIABLE } from '../../scripts/lib/test-report.mjs';
import { Editor } from '../ui/driver/editor.ts';
import { bundleSuites } from './bundle.ts';
import { Progress } from './progress.ts';
import { temporaryFolder } from '../support/folders.ts';

const LIMIT_MS = 300_000;
const folder = temporaryFolder('aero-host-');
const report = process.env[REPORT_VARIABLE] ?? join(folder, 'report.jsonl');
const progress = new Progress(report);
let editor: Editor | undefined;
try {
  const [tests] = await Promise.all([bundleSuites(), build({ release: false })]);
  editor = await Editor.start({
    vsix: 'none',
    env: { [REPORT_VARIABLE]: report },
    extensions: [join(import.meta.dirname, 'stranger')],
    flags: ['--vscode-option', 'enable-smoke-test-driver'],
  });
  let left = false;
  const page = await editor.openPage({ extensionDevelopmentPath: root, extensionTestsPath: tests }, async opening => {
    await opening.exposeFunction('codeAutomationLog', () => undefined);
    await opening.exposeFunction('codeAutomationExit', () => {
      left = true;
    });
  });
  page.on('crash', () => {
    left = true;
  });
  await until(() => progress.ended || left, { timeout: LIMIT_MS, every: 100 });
  if (!progress.ended)
    process.stdout.write(`The extension host ended without a result.\n${editor.serverOutput().slice(-3000)}\n`);
  process.exitCode = progress.ended && !progress.failed ? 0 : 1;
} finally {
  await editor?.stop();
}
