/** Tests the import table: a wrong import is planted in each folder, and dependency-cruiser has to find it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { root } from '../../scripts/lib/paths.mjs';
import { PlantedProject } from './planted.ts';

/** One file of each layer, for the others to import. */
const LAYERS = {
  'src/extension.ts': "import { session } from './extension-session.ts';\nexport const top = session;\n",
  'src/extension-session.ts': "import { log } from './extension-audit.ts';\nexport const session = log;\n",
  'src/extension-audit.ts': 'export const log = 1;\n',
  'src/control-plane/core.ts': 'export const core = 1;\nexport interface Fact { readonly n: number }\n',
  'src/engines/boundary.ts': 'export const boundary = 1;\n',
  'src/audit/ledger.ts': 'export const ledger = 1;\n',
  'src/files/disk.ts': 'export const disk = 1;\n',
  'src/text/letters.ts': 'export const letters = 1;\n',
  'src/reconstruction/model.ts': 'export const model = 1;\nexport interface Entry { readonly n: number }\n',
  'src/reconstruction/timeline.ts': 'export const timeline = 1;\n',
  'src/vscode/window.ts': 'export const window = 1;\n',
  'src/panel-protocol/recorded.ts': 'export const recorded = 1;\n',
  'src/panel-protocol/panels.ts': 'export const protocol = 1;\n',
  'src/webview/picture.ts': 'export const picture = 1;\n',
  'src/cli/terminal.ts': 'export const terminal = 1;\n',
  'src/cli/output.ts': 'export const output = 1;\nexport interface Output { readonly n: number }\n',
  'src/local-cluster/node.ts': 'export const node = 1;\n',
  'test/person.ts': 'export const person = 1;\n',
};

/** What each layer must never import, from the import table of the architecture. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  'src/text': [
    'vscode',
    'undici',
    'zod',
    'node:fs',
    'node:http',
    '../control-plane/core.ts',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../files/disk.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
  ],
  'src/control-plane': [
    'vscode',
    'undici',
    'undici/lib/dispatcher/agent.js',
    'node:fs',
    'fs',
    'node:fs/promises',
    'node:http',
    'node:https',
    'node:net',
    'node:timers',
    'node:child_process',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../files/disk.ts',
    '../reconstruction/timeline.ts',
  ],
  'src/engines': [
    'vscode',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
  ],
  'src/audit': [
    'vscode',
    'undici',
    'node:http',
    '../engines/boundary.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
  ],
  'src/files': [
    'vscode',
    'undici',
    'zod',
    'node:http',
    'node:net',
    'node:child_process',
    '../control-plane/core.ts',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
  ],
  'src/reconstruction': [
    'vscode',
    'undici',
    'node:fs',
    'node:http',
    'node:net',
    'node:child_process',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../files/disk.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../webview/picture.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
  ],
  'src/vscode': [
    '../files/disk.ts',
    'undici',
    'undici/lib/api/api-request.js',
    'node:http',
    'node:https',
    'node:net',
    'node:fs',
    'node:child_process',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../webview/picture.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
  ],
  'src/panel-protocol': [
    'vscode',
    'undici',
    'node:fs',
    'lit',
    '../control-plane/core.ts',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../webview/picture.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
    '../reconstruction/model.ts',
  ],
  'src/webview': [
    'vscode',
    'undici',
    'node:fs',
    '../control-plane/core.ts',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../cli/terminal.ts',
    '../local-cluster/node.ts',
    '../reconstruction/timeline.ts',
    '../reconstruction/model.ts',
  ],
  'src/cli': ['vscode', '../vscode/window.ts', '../panel-protocol/panels.ts', '../local-cluster/node.ts'],
  'src/local-cluster': [
    'vscode',
    'undici',
    '../control-plane/core.ts',
    '../engines/boundary.ts',
    '../audit/ledger.ts',
    '../vscode/window.ts',
    '../panel-protocol/panels.ts',
    '../cli/terminal.ts',
    '../reconstruction/timeline.ts',
  ],
};

/** Layers that know the control plane, and the form of a reconstruction, as types. */
const TYPES_ONLY: readonly string[] = ['src/webview', 'src/panel-protocol'];
const TYPES_OF = /^\.\.\/(?:control-plane\/|reconstruction\/model\.ts$)/u;
const EVERY_LAYER = Object.keys(FORBIDDEN);
const FORMS: Readonly<Record<string, (from: string) => string>> = {
  import: from => `import * as reached from '${from}';\nexport const used = reached;\n`,
  'dynamic import': from => `export const used = import('${from}');\n`,
  're-export': from => `export * from '${from}';\n`,
};

interface Planted {
  readonly file: string;
  readonly text: string;
  readonly says: string;
  readonly rule: string;
}

function ruleOf(layer: string, target: string): string {
  if (TYPES_ONLY.includes(layer) && TYPES_OF.test(target)) return 'webview-types-only';
  return layer.replace('src/', '').replace('webview', 'webview-own');
}

const PLANTED: readonly Planted[] = [
  ...Object.entries(FORBIDDEN).flatMap(([layer, targets]) =>
    targets.flatMap(target =>
      Object.entries(FORMS).map(([form, text]) => ({
        layer,
        target,
        form,
        text: text(target),
        rule: ruleOf(layer, target),
      })),
    ),
  ),
  ...EVERY_LAYER.flatMap(layer =>
    ['../extension.ts', '../extension-session.ts', '../extension-audit.ts'].map(target => ({
      layer,
      target,
      form: 'import',
      text: `import * as top from '${target}';\nexport const used = top;\n`,
      rule: 'extension-only-at-the-top',
    })),
  ),
  {
    layer: 'src/cli',
    target: './output.ts',
    form: 'import',
    text: "import { output } from './output.ts';\nexport const used = output;\n",
    rule: 'one-output',
  },
  ...EVERY_LAYER.map(layer => ({
    layer,
    target: '../../test/person.ts',
    form: 'import',
    text: "import * as test from '../../test/person.ts';\nexport const used = test;\n",
    rule: 'src-never-imports-test',
  })),
  ...EVERY_LAYER.map(layer => ({
    layer,
    target: './nowhere.ts',
    form: 'import',
    text: "import * as nowhere from './nowhere.ts';\nexport const used = nowhere;\n",
    rule: 'no-unresolvable',
  })),
  ...['src/control-plane', 'src/engines', 'src/audit', 'src/reconstruction'].map(layer => ({
    layer,
    target: 'vscode',
    form: 'type import',
    text: "import type * as vscode from 'vscode';\nexport type Used = vscode.Uri;\n",
    rule: ruleOf(layer, ''),
  })),
].map(({ layer, target, form, text, rule }, index) => ({
  file: `${layer}/planted-${index}.ts`,
  text,
  rule,
  says: `${layer}: ${form} of ${target}`,
}));

const ALLOWED: Readonly<Record<string, string>> = {
  'src/text/fine.ts': "import { letters } from './letters.ts';\nexport const use = letters;\n",
  'src/webview/fine.ts':
    "import { letters } from '../text/letters.ts';\nexport const more = letters;\nimport type { Fact } from " +
    "'../control-plane/core.ts';\nimport { protocol } from '../panel-protocol/panels.ts';\n" +
    'export const use = (fact: Fact): number => fact.n + protocol;\n',
  'src/control-plane/fine.ts':
    "import { letters } from '../text/letters.ts';\nexport const more = letters;\nimport { createHash } from " +
    "'node:crypto';\nimport * as z from 'zod';\nimport { core } from './core.ts';\nexport const use = " +
    '[createHash, z, core];\n',
  'src/engines/fine.ts':
    "import Agent from 'undici/lib/dispatcher/agent.js';\nimport { core } from " +
    "'../control-plane/core.ts';\nexport const use = [Agent, core];\n",
  'src/files/fine.ts': "import fs from 'node:fs';\nimport { disk } from './disk.ts';\nexport const use = [fs, disk];\n",
  'src/audit/fine.ts':
    "import { disk } from '../files/disk.ts';\nexport const more = disk;\nimport { core } from " +
    "'../control-plane/core.ts';\nimport { appendFileSync } from 'node:fs';\nexport const use = [core, " +
    'appendFileSync];\n',
  'src/reconstruction/fine.ts':
    "import { letters } from '../text/letters.ts';\nexport const more = letters;\nimport { core } from " +
    "'../control-plane/core.ts';\nimport { recorded } from '../panel-protocol/recorded.ts';\n" +
    'export const use = [core, recorded];\n',
  'src/panel-protocol/fine.ts':
    "import type { Entry } from '../reconstruction/model.ts';\nexport const use = (entry: Entry): number => entry.n;\n",
  'src/extension.ts': LAYERS['src/extension.ts'],
  'src/extension-session.ts': LAYERS['src/extension-session.ts'],
  'src/vscode/fine.ts':
    "import * as vscode from 'vscode';\nimport { protocol } from '../panel-protocol/panels.ts';\nimport { core } " +
    "from '../control-plane/core.ts';\nexport const use = [vscode, protocol, core];\n",
  'src/cli/main.ts': "import { output } from './output.ts';\nexport const use = output;\n",
  'src/cli/fine.ts':
    "import type { Output } from './output.ts';\nexport const one = (output: Output): number => output.n;\n" +
    "import { letters } from '../text/letters.ts';\nexport const more = letters;\nimport { core } from " +
    "'../control-plane/core.ts';\nimport { boundary } from '../engines/boundary.ts';\nimport { ledger } from " +
    "'../audit/ledger.ts';\nexport const use = [core, boundary, ledger];\n",
  'src/local-cluster/fine.ts':
    "import { createServer } from 'node:http';\nimport { node } from './node.ts';\nimport { disk } from " +
    "'../files/disk.ts';\nexport const use = [createServer, node, disk];\n",
};

const CYCLE = {
  'src/engines/one.ts': "import { two } from './two.ts';\nexport const one = (): number => two();\n",
  'src/engines/two.ts': "import { one } from './one.ts';\nexport const two = (): number => one();\n",
};

const answer = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

describe('also freeze/layers: the import table', function () {
  this.timeout(60_000);
  let violations: z.infer<typeof answer>['summary']['violations'] = [];

  before('check a project in which every forbidden import is planted', async () => {
    const project = new PlantedProject({
      ...LAYERS,
      ...ALLOWED,
      ...CYCLE,
      ...Object.fromEntries(PLANTED.map(({ file, text }) => [file, text])),
    });
    try {
      const program = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [program, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src'],
        { cwd: project.folder, maxBuffer: 64 << 20 },
      );
      violations = answer.parse(JSON.parse(stdout)).summary.violations;
    } finally {
      project.remove();
    }
  });

  it('freeze/layers: every planted import is refused by its rule, and every allowed one passes', () => {
    const found = new Set(violations.map(({ from, rule }) => `${from} ${rule.name}`));
    const unnoticed = PLANTED.filter(({ file, rule }) => !found.has(`${file} ${rule}`)).map(({ says }) => says);
    const refused = Object.keys(ALLOWED).filter(file => violations.some(({ from }) => from === file));
    assert.deepEqual({ unnoticed, refused }, { unnoticed: [], refused: [] });
  });

  it('every rule of .dependency-cruiser.cjs is broken by a plant, and every folder of src/ has plants', () => {
    const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
      readonly forbidden: readonly { readonly name: string }[];
    };
    const planted = new Set([...PLANTED.map(({ rule }) => rule), 'no-cycles']);
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter(entry => entry.isDirectory());
    assert.deepEqual(
      {
        rules: forbidden.map(({ name }) => name).filter(name => !planted.has(name)),
        folders: folders.map(({ name }) => `src/${name}`).filter(folder => !EVERY_LAYER.includes(folder)),
      },
      { rules: [], folders: [] },
    );
  });

  for (const { file, says, rule } of PLANTED) {
    it(`refuses ${says}`, () => {
      assert.ok(
        violations.some(violation => violation.from === file && violation.rule.name === rule),
        `${file} went unnoticed`,
      );
    });
  }

  for (const file of Object.keys(ALLOWED)) {
    it(`allows ${file.replace('/fine.ts', '')} what it needs`, () => {
      assert.deepEqual(
        violations.filter(({ from }) => from === file),
        [],
      );
    });
  }

  it('lets the webview have types of the control plane, and only types', () => {
    assert.deepEqual(
      violations.filter(({ from }) => from === 'src/webview/fine.ts'),
      [],
    );
    assert.ok(violations.some(({ rule }) => rule.name === 'webview-types-only'));
  });

  it('refuses cycles', () => {
    assert.ok(violations.some(({ from, rule }) => from === 'src/engines/one.ts' && rule.name === 'no-cycles'));
  });
});
