/** What a workspace and another extension can do to this one: nothing but ask, like anybody. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { until } from '../../scripts/lib/processes.mjs';
import { listening } from '../support/listening.ts';
import { recordsIn } from '../support/records-in.ts';

const AUDIT_FILE = join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'aerodb', 'audit.jsonl');

interface RecordShape {
  readonly stage: string;
  readonly command?: string;
  readonly authority: string;
  readonly error?: { readonly code: string };
}

function records(): readonly RecordShape[] {
  return recordsIn(AUDIT_FILE);
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
    url = `http://127.0.0.1:${await listening(server)}`;
  });
  after(() => server.close());

  it("freeze/workspace, also P7-A1: a cluster in the workspace's settings does not exist, and its log folder stays unused", async () => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const settings = join(folder.uri.fsPath, '.vscode', 'settings.json');
    mkdirSync(join(folder.uri.fsPath, '.vscode'), { recursive: true });
    const content = JSON.stringify({
      'aerodb.clusters': [{ name: 'evil', kind: 'aerodb', endpoints: [url] }],
      'aerodb.audit.directory': join(folder.uri.fsPath, 'stolen'),
      'editor.tabSize': 7,
    });
    // Written until these settings are in force: the editor may begin to watch the file later than it is written first.
    do writeFileSync(settings, content);
    while (!(await until(() => vscode.workspace.getConfiguration('editor').get('tabSize') === 7, { timeout: 2000 })));
    const before = records().length;
    await vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: 'evil' });
    const [, refused] = records()
      .slice(before)
      .filter(({ command }) => command === 'inspect_cluster_state');
    assert.equal(refused?.stage, 'command_rejected');
    assert.equal(refused.error?.code, 'PHASE7_MALFORMED_REQUEST');
    assert.equal(reached, 0);
    assert.equal(existsSync(join(folder.uri.fsPath, 'stolen')), false);
  });

  it(
    "freeze/other-extensions, also P7-A2: whatever another extension passes to a command, it is an Observer's " +
      'request and no more',
    async () => {
      const before = records().length;
      const target = { cluster: 'evil', node: '22222222-2222-4222-8222-222222222222' };
      for (const argument of [
        target,
        { ...target, confirmed: true, token: 'x', acknowledged: ['P6-A1'], authority: 'Operator' },
        { ...target, reason: 'because', yes: true },
      ]) {
        await vscode.commands.executeCommand('aerodb.forcePromotion', argument);
      }
      const mine = records()
        .slice(before)
        .filter(({ command }) => command === 'force_promotion');
      assert.deepEqual(
        mine.map(({ stage }) => stage),
        [
          'command_requested',
          'command_rejected',
          'command_requested',
          'command_rejected',
          'command_requested',
          'command_rejected',
        ],
      );
      assert.ok(mine.every(({ authority }) => authority === 'Observer'));
      assert.equal(reached, 0);
    },
  );

  it(
    "also P7-A2, freeze/other-extensions: a real second extension gets no more than an Observer's refusal, " +
      'whatever it calls with whatever arguments',
    async () => {
      const stranger = vscode.extensions.getExtension<{
        run: (command: string, ...args: unknown[]) => Thenable<unknown>;
        look: (id: string) => unknown;
      }>('mallory.stranger');
      assert.ok(stranger, 'the second extension is not installed in this host');
      const { run, look } = await stranger.activate();
      assert.equal(look('aerodb.aerodb-control-plane'), undefined, 'it is given nothing to hold on to');
      const node = '22222222-2222-4222-8222-222222222222';
      const shapes: readonly unknown[][] = [
        [
          {
            cluster: 'evil',
            node,
            reason: 'r',
            confirmed: true,
            token: node,
            acknowledged: ['P6-A1', 'P6-S1'],
            typedName: 'node-2',
            authority: { level: 'Operator', cluster: 'evil' },
          },
        ],
        [{ cluster: 'evil', node: { toString: () => node }, reason: 7 }],
        [{ cluster: 'evil', node, member: { name: '\u001b[2J' } }],
        [{ row: 'cluster', cluster: 'evil', node }, 'more', null],
        [JSON.parse('{"cluster":"evil","__proto__":{"level":"Operator"},"node":"' + node + '"}')],
        [{ cluster: 'evil'.repeat(1000), node }],
      ];
      const before = records().length;
      for (const command of [
        'aerodb.requestPromotion',
        'aerodb.requestDemotion',
        'aerodb.forcePromotion',
        'aerodb.runDiagnostics',
      ]) {
        for (const args of shapes) {
          // What it cannot read of the arguments it would ask a person for; there is none here, so that one is left
          // standing.
          await Promise.race([run(command, ...args), new Promise(resolve => setTimeout(resolve, 300))]);
          await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
        }
      }
      const count = (stage: string): number =>
        records()
          .slice(before)
          .filter(record => record.stage === stage).length;
      assert.ok(
        await until(() => count('command_requested') >= 8 && count('command_requested') === count('command_rejected'), {
          timeout: 10_000,
        }),
        'each that was recorded has its end',
      );
      const mine = records().slice(before);
      assert.ok(mine.length >= 16, `${mine.length} records`);
      assert.deepEqual([...new Set(mine.map(({ stage }) => stage))].sort(), ['command_rejected', 'command_requested']);
      assert.ok(mine.every(({ authority }) => authority === 'Observer'));
      assert.deepEqual(
        mine.filter(
          ({ error }) =>
            error !== undefined &&
            !/^PHASE7_(?:INSUFFICIENT_AUTHORITY|MALFORMED_REQUEST|INVALID_NODE_ID)$/.test(error.code),
        ),
        [],
      );
      assert.equal(reached, 0);
    },
  );

  it('also P7-S3: addresses that call for an action open nothing and ask nothing: there is no handler', async () => {
    const before = records().length;
    for (const path of ['/forcePromotion', '/', '/command/aerodb.forcePromotion']) {
      const uri = vscode.Uri.from({
        scheme: vscode.env.uriScheme,
        authority: 'aerodb.aerodb-control-plane',
        path,
        query: 'cluster=evil&confirmed=true',
      });
      await Promise.race([
        vscode.commands.executeCommand('vscode.open', uri),
        new Promise(resolve => setTimeout(resolve, 300)),
      ]).catch(() => undefined);
    }
    assert.equal(records().length, before);
    const manifest = JSON.stringify(vscode.extensions.getExtension('aerodb.aerodb-control-plane')?.packageJSON);
    assert.doesNotMatch(manifest, /onUri|onAuthenticationRequest|"\*"|onStartupFinished/);
  });

  it(
    "also P7-S3: proxies of the environment and of the editor's settings get nothing to see; other traffic of this " +
      'host would go there',
    async () => {
      const seen = { proxy: 0, kernel: 0 };
      const counting = async (count: () => void): Promise<{ readonly server: Server; readonly url: string }> => {
        const server = createServer((_request, response) => {
          count();
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        });
        server.on('connect', (_request, socket) => {
          count();
          socket.end();
        });
        return { server, url: `http://127.0.0.1:${await listening(server)}` };
      };
      const proxy = await counting(() => {
        seen.proxy += 1;
      });
      const kernel = await counting(() => {
        seen.kernel += 1;
      });
      const http = vscode.workspace.getConfiguration('http');
      const aerodb = vscode.workspace.getConfiguration('aerodb');
      const variables = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
      try {
        for (const name of variables) process.env[name] = name.startsWith('NODE') ? '1' : proxy.url;
        await http.update('proxy', proxy.url, vscode.ConfigurationTarget.Global);
        await http.update('proxySupport', 'override', vscode.ConfigurationTarget.Global);
        await aerodb.update(
          'clusters',
          [{ name: 'direct', kind: 'aerodb', endpoints: [kernel.url, 'https://127.0.0.1:1'] }],
          vscode.ConfigurationTarget.Global,
        );
        const before = records().length;
        await vscode.commands.executeCommand('aerodb.inspectClusterState', { cluster: 'direct' });
        assert.equal(
          records()
            .slice(before)
            .find(({ error }) => error !== undefined)?.error?.code,
          'PHASE7_INVALID_KERNEL_RESPONSE',
        );
        assert.deepEqual(seen, { proxy: 0, kernel: 1 });
        // The same editor sends what others ask for to that proxy: the settings are in force.
        await new Promise<void>(resolve =>
          get('http://db.example/', response => response.resume().on('end', resolve)).on('error', () => resolve()),
        );
        assert.equal(seen.proxy, 1, 'the proxy is really configured');
      } finally {
        for (const name of variables) Reflect.deleteProperty(process.env, name);
        for (const key of ['proxy', 'proxySupport'])
          await http.update(key, undefined, vscode.ConfigurationTarget.Global);
        await aerodb.update('clusters', undefined, vscode.ConfigurationTarget.Global);
        for (const { server } of [proxy, kernel]) server.close();
      }
    },
  );
});
