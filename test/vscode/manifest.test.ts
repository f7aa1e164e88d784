/** The manifest says what the one command table says, and grants a workspace nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { CLUSTER_COLORS } from '../../src/control-plane/clusters/cluster.ts';
import { FORMS } from '../../src/control-plane/clusters/configuration.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { COMMAND_NAMES, COMMANDS } from '../../src/control-plane/commands/commands.ts';

const manifest = z
  .object({
    activationEvents: z.array(z.string()),
    extensionKind: z.array(z.string()),
    dependencies: z.record(z.string(), z.string()).optional(),
    capabilities: z.object({ untrustedWorkspaces: z.looseObject({ supported: z.string() }) }),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
      configuration: z.object({ properties: z.record(z.string(), z.looseObject({ scope: z.string() })) }),
      menus: z.record(z.string(), z.array(z.object({ command: z.string(), when: z.string() }))),
    }),
  })
  .parse(JSON.parse(localized(readFileSync('package.json', 'utf8'))));

/** The manifest as an editor reads it: each `%key%` is the text of package.nls.json. */
function localized(text: string): string {
  const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
  return text.replaceAll(/"%([\w.]+)%"/gu, (_whole, key: string) => JSON.stringify(texts[key]));
}

const clusterSetting = z.object({
  items: z.object({
    properties: z
      .object({
        kind: z.object({ enum: z.array(z.string()), description: z.string() }),
        color: z.object({ enum: z.array(z.string()) }),
      })
      .catchall(z.unknown()),
  }),
});

const { contributes } = manifest;
/** `aerodb.inspectClusterState` → `inspect_cluster_state`, or nothing for a presentation command. */
const operatorCommands = new Map(
  COMMAND_NAMES.map(name => [`aerodb.${name.replace(/_(\w)/g, (_m, c: string) => c.toUpperCase())}`, name]),
);
const PRESENTATION = [
  'addCluster',
  'tryIt',
  'editCluster',
  'removeCluster',
  'setToken',
  'refresh',
  'refreshAll',
  'assumeOperator',
  'giveUpAuthority',
  'becomeAuditor',
  'showAuthority',
  'openAuditLog',
  'verifyAuditLog',
  'reconstruct',
  'openDocumentation',
  'showLog',
].map(name => `aerodb.${name}`);

/** The files of `src/` whose text matches. */
function sourcesWith(pattern: RegExp): readonly string[] {
  return readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && pattern.test(readFileSync(`src/${file}`, 'utf8')),
  );
}

describe('manifest', () => {
  it(
    'set/surfaces, also P7-S3, set/closed: contributes the ten commands of the table with their titles, the ' +
      'presentation commands, and no other',
    () => {
      assert.deepEqual(
        contributes.commands.map(({ command }) => command).sort(),
        [...operatorCommands.keys(), ...PRESENTATION].sort(),
      );
      for (const { command, title, category } of contributes.commands) {
        assert.equal(category, 'AeroDB');
        const name = operatorCommands.get(command);
        if (name !== undefined) assert.equal(title, COMMANDS[name].title);
      }
    },
  );

  it(
    'also P7-A3, freeze/no-judgement: what a menu offers does not depend on role or state, but on what the engine ' +
      'can be asked for at all',
    () => {
      for (const { command, when } of Object.values(contributes.menus).flat()) {
        if (/^view == aerodb\.clusters(?: && viewItem == cluster)?$/.test(when)) continue;
        const name = operatorCommands.get(command) ?? assert.fail(`${command} is offered when ${when}`);
        assert.equal(when, `view == aerodb.clusters && viewItem =~ /^node(?!.* without_${name}\\b)/`);
        const offered = new RegExp(/\/(.*)\//.exec(when)?.[1] ?? '');
        for (const other of COMMAND_NAMES)
          assert.equal(
            offered.test(`node without_${other} without_x`),
            other !== name,
            `${name} where ${other} is not to be had`,
          );
        assert.deepEqual(
          ['node', `node ${name}`, 'cluster', 'subject', 'unavailable', `unavailable node without_${name}`].map(value =>
            offered.test(value),
          ),
          [true, true, false, false, false, false],
        );
      }
    },
  );

  it(
    'also P7-A1, freeze/workspace: nothing runs at startup, and no workspace can repoint a cluster, move the log or ' +
      'change a limit',
    () => {
      assert.deepEqual(manifest.activationEvents, ['onWebviewPanel:aerodb.panel']);
      for (const [key, { scope }] of Object.entries(contributes.configuration.properties))
        assert.equal(scope, 'machine', key);
      assert.deepEqual(
        sourcesWith(/getConfiguration\([^)]*\)\.get\(/u),
        [],
        "settings are read with inspect(), which tells the machine's value from a workspace's",
      );
    },
  );

  it('also freeze/workspace: the extension runs in Restricted Mode too, and trust in a workspace switches nothing on', () => {
    assert.deepEqual(Object.keys(manifest.capabilities.untrustedWorkspaces), ['supported', 'description']);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    const asksForTrust = sourcesWith(/workspace\.isTrusted|WorkspaceTrust/u);
    assert.deepEqual(asksForTrust, [], 'what depends on trust would be something that a workspace can grant');
  });

  it('freeze/no-background, also P7-S1: the extension starts no process and keeps no timer', () => {
    for (const folder of ['src/vscode', 'src/control-plane', 'src/engines', 'src/audit', 'src/webview']) {
      for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
        name.endsWith('.ts'),
      )) {
        const text = readFileSync(`${folder}/${file}`, 'utf8');
        assert.doesNotMatch(text, /child_process|setInterval|node:cluster|worker_threads/, `${folder}/${file}`);
      }
    }
  });

  it('offers the engines of the registry, with the members of a cluster that each of them has', () => {
    const { items } = clusterSetting.parse(contributes.configuration.properties['aerodb.clusters']);
    assert.deepEqual(
      items.properties.kind.enum,
      ENGINES.map(({ id }) => id),
    );
    const own = ENGINES.flatMap(engine => Object.keys(engine.options(FORMS)));
    const common = ['name', 'kind', 'endpoints', 'tls', 'environment', 'group', 'color', 'observeOnly', 'identity'];
    assert.deepEqual(Object.keys(items.properties).toSorted(), [...common, ...own].toSorted());
    assert.deepEqual(items.properties.color.enum, CLUSTER_COLORS);
    for (const { label } of ENGINES) assert.ok(items.properties.kind.description.includes(label), label);
  });

  it('leaves no runtime dependency unbundled', () => {
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });
});
