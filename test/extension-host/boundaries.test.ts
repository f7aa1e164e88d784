/** What a workspace and another extension can do to this one: nothing but ask, like anybody. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';

const auditFile = join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'aerodb', 'audit.jsonl');

interface RecordShape {
  readonly stage: string;
  readonly command?: string;
  readonly authority: string;
  readonly error?: { readonly code: string };
}

function records(): readonly RecordShape[] {
  if (!existsSync(auditFile)) return [];
  return readFileSync(auditFile, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as RecordShape);
}

describe('boundaries', () => {
  let server: Server;
  let reached = 0;
  let url = '';

  before('a server that a hostile workspace points to', async () => {
    server = createServer((_request, response) => {
      reached += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    url = `http://127.0.0.1:${address.port}`;
  });
  after(() => server.close());

  it('P7-A1, freeze/workspace: a cluster in the workspace\'s settings does not exist', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const settings = join(folder.uri.fsPath, '.vscode', 'settings.json');
    const changed = new Promise<void>((resolve) => {
      const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '.vscode/settings.json'));
      const seen = (): void => {
        watcher.dispose();
        resolve();
      };
      watcher.onDidCreate(seen);
      watcher.onDidChange(seen);
    });
    mkdirSync(join(folder.uri.fsPath, '.vscode'), { recursive: true });
    writeFileSync(settings, JSON.stringify({
      'aerodb.clusters': [{ name: 'evil', kind: 'aerodb', endpoints: [url] }], 'aerodb.audit.directory': join(folder.uri.fsPath, 'stolen'), 'editor.tabSize': 7,
    }));
    await changed;
    const before = records().length;
    await vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: 'evil' });
    const [, refused] = records().slice(before).filter(({ command }) => command === 'inspect_cluster_state');
    assert.equal(refused?.stage, 'command_rejected');
    assert.equal(refused.error?.code, 'PHASE7_MALFORMED_REQUEST');
    assert.equal(reached, 0);
    assert.equal(existsSync(join(folder.uri.fsPath, 'stolen')), false);
  });

  it('P7-A2, freeze/workspace: whatever another extension passes to a command, it is an Observer\'s request and no more', async () => {
    const before = records().length;
    const target = { cluster: 'evil', node: '22222222-2222-4222-8222-222222222222' };
    for (const argument of [
      target, { ...target, confirmed: true, token: 'x', acknowledged: ['P6-A1'], authority: 'Operator' }, { ...target, reason: 'because', yes: true },
    ]) {
      await vscode.commands.executeCommand('aerodb.forcePromotion', argument);
    }
    const mine = records().slice(before).filter(({ command }) => command === 'force_promotion');
    assert.deepEqual(mine.map(({ stage }) => stage), ['command_requested', 'command_rejected', 'command_requested', 'command_rejected', 'command_requested', 'command_rejected']);
    assert.ok(mine.every(({ authority }) => authority === 'Observer'));
    assert.equal(reached, 0);
  });
});
