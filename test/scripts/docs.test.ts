/** Tests the documents: generated ones are up to date, and what they name exists. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelApiDocument } from '../../scripts/lib/kernel-api.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { AUDIT_VERBS } from '../../src/cli/given.ts';
import { OPTIONS } from '../../src/cli/options.ts';
import { auditOptions, commandOptions, sharedOptions, verb } from '../../src/cli/usage.ts';
import { PROGRAM } from '../../src/control-plane/commands/command-line.ts';
import { COMMAND_NAMES } from '../../src/control-plane/commands/commands.ts';
import { ENGINES } from '../../src/engines/registry.ts';

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
/** A script that is named in a sentence, which may go on in the next line of a comment. */
const NPM_RUN = /npm run(?:\s+\*)?\s+([a-z][\w-]*(?::\w[\w-]*)*)/gu;
/** What a person reads to find a command; the changelog tells what was. */
const NAMING = globSync(['*.md', '{docs,scripts,src,test}/**/*.{md,mjs,ts}'], { cwd: root }).filter(
  file => file !== 'CHANGELOG.md',
);
const DOCUMENTS = [...globSync('*.md', { cwd: root }), ...globSync('docs/*.md', { cwd: root })];
/** The changelog also names what is gone. */
const CURRENT = DOCUMENTS.filter(document => document !== 'CHANGELOG.md' && !document.startsWith('docs/conformance'));

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
  };
}

function manifest(): Manifest {
  return JSON.parse(text('package.json')) as Manifest;
}

/** What stands as code in a document: each line of a block, and each piece of a sentence. */
function codeIn(document: string): readonly string[] {
  const content = text(document).replaceAll(/\\\n\s*/gu, '');
  const fenced = /^ *```\w*\n(?<block>.*?)^ *```$/gmsu;
  const blocks = [...content.matchAll(fenced)].flatMap(({ groups }) => groups?.['block']?.split('\n') ?? []);
  const prose = content.replaceAll(fenced, '');
  const indented = [...prose.matchAll(/^ {4,}(?<line>\S.*)$/gmu)].map(({ groups }) => groups?.['line'] ?? '');
  const pieces = [...prose.matchAll(/`(?<piece>[^`\n]+)`/gu)].map(({ groups }) => groups?.['piece'] ?? '');
  return [...blocks, ...indented, ...pieces];
}

function optionsIn(line: string): readonly string[] {
  return [...line.matchAll(/(?<![\w-])--([a-z][a-z-]*)/gu)].map(([, name = '']) => name);
}

/** `audit show|verify` are two commands. */
function verbsIn(words: string): readonly string[] {
  const [last = '', ...before] = words.split(' ').toReversed();
  return last.split('|').map(one => [...before.toReversed(), one].join(' '));
}

/** The options that a line of the terminal program may have; `undefined` if its words are no command. */
function optionsOf(words: string): ReadonlySet<string> | undefined {
  const command = COMMAND_NAMES.find(name => words === verb(name));
  if (command !== undefined) return new Set([...commandOptions(command), ...sharedOptions(), 'help', 'full', 'json']);
  const audit = AUDIT_VERBS.find(name => words === `audit ${name}`);
  if (audit !== undefined) return new Set([...auditOptions(audit), ...sharedOptions(), 'help']);
  return /^(?:|help(?: .*)?|completion(?: \w+)?|audit)$/u.test(words) ? new Set(['help', 'version']) : undefined;
}

describe('the documents', () => {
  it('docs/kernel-api.md is what openapi/aerodb-kernel-v1.json says (npm run docs writes it)', () => {
    assert.equal(
      text('docs/kernel-api.md'),
      kernelApiDocument(JSON.parse(text('openapi/aerodb-kernel-v1.json')) as Record<string, unknown>),
    );
  });

  it('every file that a document names exists', () => {
    const missing = DOCUMENTS.flatMap(document =>
      [...text(document).matchAll(/`((?:src|test|scripts|docs|openapi|media|\.ci)\/[\w./-]*\w\/?)`/gu)]
        .filter(([, file = '']) => !existsSync(join(root, file)))
        .map(([, file = '']) => `${document}: ${file}`),
    );
    assert.deepEqual(missing, []);
  });

  it('the walk through the architecture names a file of every layer', () => {
    const walk = text('docs/architecture.md').split('## One request through the files')[1]?.split('\n## ')[0] ?? '';
    const named = new Set(
      [...walk.matchAll(/`(src\/[\w./-]+\.ts)`/gu)].map(([, file = '']) => file.split('/').slice(0, 2).join('/')),
    );
    assert.deepEqual([...named].toSorted(), [
      'src/audit',
      'src/cli',
      'src/control-plane',
      'src/engines',
      'src/extension.ts',
      'src/local-cluster',
      'src/vscode',
      'src/webview',
    ]);
  });

  it('every engine of the registry has its place in README and terminal page', () => {
    for (const { id } of ENGINES) {
      assert.match(text('docs/terminal.md'), new RegExp(`\\| \`--kind KIND\` [^\\n]*\`${id}\``), id);
      assert.match(text('README.md'), new RegExp(`\\| \`aerodb\\.clusters\` [^\\n]*\`${id}\``), id);
    }
  });

  it('every npm script that a document, a program or a test names exists', () => {
    const { scripts } = manifest();
    const named = NAMING.flatMap(file =>
      [...text(file).matchAll(NPM_RUN)].map(([, script = '']) => ({
        file,
        script,
      })),
    );
    assert.ok(named.length > 30);
    assert.deepEqual(
      named.filter(({ script }) => !Object.hasOwn(scripts, script)),
      [],
    );
  });

  it('every setting, command and view that a document names is in the manifest, and README names every setting', () => {
    const { configuration, commands, views } = manifest().contributes;
    const settings = Object.keys(configuration.properties);
    const known = new Set([
      ...settings,
      ...commands.map(({ command }) => command),
      ...Object.values(views).flatMap(list => list.map(({ id }) => id)),
    ]);
    const unknown = CURRENT.flatMap(document =>
      [...text(document).matchAll(/(?<![\w.@/-])aerodb\.[a-zA-Z]+(?:\.[a-zA-Z]+)*/gu)]
        .filter(([name]) => !known.has(name))
        .map(([name]) => `${document}: ${name}`),
    );
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      settings.filter(setting => !text('README.md').includes(`\`${setting}\``)),
      [],
    );
  });

  it('every line of the terminal program that a document shows is a command with options that it has', () => {
    const program = new RegExp(`(?<![\\w./-])${PROGRAM}(?: (?<rest>.*?))?(?= [|>#]|[;)]|$)`, 'gu');
    const lines = CURRENT.flatMap(document =>
      codeIn(document)
        .flatMap(code => [...code.matchAll(program)])
        .flatMap(({ groups: { rest = '' } = {} }) =>
          verbsIn(rest.split(/ +(?=[-"[…])|$/u)[0] ?? '').map(words => ({ document, words, options: optionsIn(rest) })),
        ),
    );
    assert.ok(lines.length > 25, String(lines.length));
    const wrong = lines.flatMap(({ document, words, options }) => {
      const allowed = words.startsWith('-') ? new Set(Object.keys(OPTIONS)) : optionsOf(words);
      if (allowed === undefined) return [`${document}: ${PROGRAM} ${words}`];
      return options.filter(name => !allowed.has(name)).map(name => `${document}: ${PROGRAM} ${words}: --${name}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('every option on the terminal page is one of the program', () => {
    const page = codeIn('docs/terminal.md').filter(code => !code.includes('npm ') && !code.includes('code --'));
    assert.deepEqual(
      page.flatMap(optionsIn).filter(name => !Object.hasOwn(OPTIONS, name)),
      [],
    );
  });

  it('every option of an npm script that a document shows is defined by a script', () => {
    const defined = new Set(
      globSync('{scripts,test,src/local-cluster}/**/*.{mjs,ts}', { cwd: root }).flatMap(file =>
        [...text(file).matchAll(/'?([a-z][a-z-]*)'?: \{ type: '(?:string|boolean)'/gu)].map(([, name = '']) => name),
      ),
    );
    const used = CURRENT.flatMap(document =>
      codeIn(document)
        .filter(code => /^npm (?:run \w+|test|start) -- /u.test(code))
        .flatMap(code => optionsIn(code.split('#')[0] ?? '').map(name => ({ document, code, name }))),
    );
    assert.ok(used.length > 10, String(used.length));
    assert.deepEqual(
      used.filter(({ name }) => !defined.has(name)),
      [],
    );
  });
});
