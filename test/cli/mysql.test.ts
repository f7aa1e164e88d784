/** `--json` of a MySQL group has the documented shape, with what only MySQL says. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_NAMES, COMMANDS } from '../../src/control-plane/commands/commands.ts';
import { TERMINAL_WORDS } from '../../src/control-plane/commands/command-line.ts';
import { CONTROL, group, LOOK, M2, type Group } from '../engines/mysql-group.ts';
import { closeAll } from '../support/servers.ts';
import { cleanEnv, cli, scratch } from '../support/terminal.ts';
import { document, type Document } from './json-shape.ts';

describe('a MySQL group as JSON', function () {
  this.timeout(60_000);
  let demo: Group;
  before(async () => {
    demo = await group();
  });
  after(closeAll);

  it('every reading that nobody has to confirm is the documented document, with what only MySQL says in it', async () => {
    const home = scratch();
    const config = join(home, 'clusters.json');
    writeFileSync(config, JSON.stringify({ clusters: [demo.config] }), { mode: 0o600 });
    const views = new Map<string, Extract<Document, { readonly kind: 'answered' }>['view']>();
    for (const command of COMMAND_NAMES.filter(name => COMMANDS[name].confirmation === 'none')) {
      const node = COMMANDS[command].target === 'none' ? [] : ['--node', M2];
      const { code, stdout, stderr } = await cli(
        [...TERMINAL_WORDS[command], '--config', config, '--cluster', 'orders', ...node, '--json'],
        cleanEnv(home, { AERODB_LOOK_LOGIN: LOOK, AERODB_CONTROL_LOGIN: CONTROL }),
      );
      assert.equal(code, 0, `${command}\n${stderr}${stdout}`);
      const answered = document.parse(JSON.parse(stdout));
      assert.ok(answered.kind === 'answered' && answered.command === command, stdout);
      views.set(command, answered.view);
    }
    for (const [command, own] of [
      ['inspect_cluster_state', 'groupView'],
      ['inspect_node', 'gtids'],
      ['inspect_replication_status', 'progress'],
      ['inspect_wal', 'binaryLogs'],
    ] as const)
      assert.ok(own in (views.get(command) ?? {}), `${command} has ${own}`);
  });
});
