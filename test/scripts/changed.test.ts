/** Tests what `npm test -- --changed` chooses: what a change can break, and everything where that is not known. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { breakable, changedFiles, narrowed } from '../../scripts/lib/changed.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { reachOf, type Reach } from '../../scripts/lib/reach.mjs';
import { select } from '../../scripts/lib/suites.mjs';

/** A repository with one commit of these files. */
class Repository {
  readonly folder = mkdtempSync(join(tmpdir(), 'aero-changed-'));

  constructor(files: Readonly<Record<string, string>>) {
    this.git('init', '--quiet');
    this.write(files);
    this.commit();
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      writeFileSync(join(this.folder, file), text);
    }
  }

  commit(): void {
    this.git('add', '--all');
    this.git('-c', 'user.name=a', '-c', 'user.email=a@localhost', 'commit', '--quiet', '--message', 'a');
  }

  git(...args: readonly string[]): void {
    execFileSync('git', args, { cwd: this.folder, stdio: 'ignore' });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('npm test -- --changed', function () {
  this.timeout(120_000);

  describe('what a file of this project can break', () => {
    let reach: Reach;
    before(async () => {
      reach = await reachOf(root);
    });
    const tests = (file: string): readonly string[] => [...breakable(file, reach).modules];

    it('a source: the tests that import it, and those that start the program it is in', () => {
      const broken = tests('src/engines/mysql/client.ts');
      for (const test of ['engines/mysql-client.test.ts', 'cli/program.test.ts', 'architecture/files.test.ts'])
        assert.ok(broken.includes(`test/${test}`), test);
      assert.ok(!broken.includes('test/local-cluster/crash.test.ts'));
      assert.ok(tests('src/local-cluster/node-process.ts').includes('test/local-cluster/crash.test.ts'));
      assert.ok(!tests('src/webview/main.ts').includes('test/cli/program.test.ts'));
    });

    it('a source of the extension or of its panels: what the suites in the editor need', () => {
      assert.ok(tests('src/vscode/cluster-tree.ts').includes('src/extension.ts'));
      assert.ok(tests('src/webview/explanation.ts').includes('src/webview/main.ts'));
      assert.ok(!tests('src/cli/main.ts').includes('src/extension.ts'));
    });

    it('a script: who imports it, and the test of the test run', () => {
      const broken = tests('scripts/lib/mysql-install.mjs');
      assert.ok(broken.includes('test/scripts/mysql-install.test.ts') && broken.includes('test/mysql/traps.test.ts'));
      assert.ok(broken.includes('test/scripts/test-run.test.ts'));
    });

    it('a document or a sample: the suites that read it', () => {
      assert.deepEqual(breakable('docs/mysql.md', reach).suites, ['text', 'scripts']);
      assert.ok(tests('openapi/aerodb-kernel-v1.json').includes('test/local-cluster/openapi.test.ts'));
      assert.ok(tests('l10n/bundle.l10n.de.json').includes('test/vscode/l10n.test.ts'));
      assert.deepEqual(breakable('test/engines/patroni/field-cases/quorum.json', reach).suites, ['engines']);
      // Each is a suite that there is.
      for (const file of ['biome.json', 'media/icon.svg', 'src/webview/styles/base.css', 'package.nls.json', '.ci/run'])
        select(breakable(file, reach).suites);
    });

    it('what is configured, and a file of an unknown kind: everything', () => {
      for (const file of ['package.json', 'package-lock.json', 'test/ui/tsconfig.json', 'something.new'])
        assert.equal(breakable(file, reach).everything, true, file);
      assert.equal(breakable('docs/mysql.md', reach).everything, false);
    });
  });

  describe('in a repository', () => {
    const FILES = {
      'src/one.ts': 'export const one = 1;\n',
      'src/other.ts': 'export const other = 1;\n',
      'test/engines/one.test.ts': "import '../../src/one.ts';\n",
      'test/engines/other.test.ts': "import '../../src/other.ts';\nimport type { one } from '../../src/one.ts';\n",
      'test/ui/window.test.ts': "import '../../src/other.ts';\n",
      'src/extension.ts': "import './one.ts';\n",
      'README.md': 'one\n',
    };
    const choose = async (
      { folder }: Repository,
      since?: string,
    ): Promise<{ readonly said: string; readonly lint: string; readonly files: Readonly<Record<string, string>> }> => {
      const lines: string[] = [];
      const options = { root: folder, since, say: (line: string) => void lines.push(line) };
      const { checks, suites } = await narrowed(select(['static', 'engines', 'ui', 'audit']), options);
      const lint = checks.find(({ name }) => name === 'lint')?.commands[0]?.slice(3) ?? [];
      return {
        said: lines.join('\n'),
        lint: lint.join(' '),
        files: Object.fromEntries(suites.map(({ name, command }) => [name, command.slice(6).join(' ')])),
      };
    };

    it('what differs from HEAD runs, with a reason: one file of a suite, and the editor whole', async () => {
      using repository = new Repository(FILES);
      repository.write({ 'src/one.ts': 'export const one = 2;\n' });
      const { files, said, lint } = await choose(repository);
      assert.deepEqual(files, { engines: 'test/engines/one.test.ts', ui: 'test/ui' });
      assert.match(
        said,
        /^Files that differ from HEAD: 1\.\nengines: 1 of 2 files, because of src\/one\.ts\nui: all of it/u,
      );
      assert.match(said, /In the editor: ui; `--only static,core` leaves them out\./u);
      assert.equal(lint, 'src/one.ts');
    });

    it('a new file counts, and nothing is linted for a document', async () => {
      using repository = new Repository(FILES);
      repository.write({ 'NEW.md': 'new\n' });
      assert.deepEqual(await choose(repository), {
        said: 'Files that differ from HEAD: 1.\nNo test can break.',
        lint: '',
        files: {},
      });
    });

    it('where nothing differs from HEAD, the last commit counts; else what follows where a commit was left', async () => {
      using repository = new Repository(FILES);
      repository.write({ 'src/other.ts': 'export const other = 2;\n' });
      repository.commit();
      repository.write({ 'README.md': 'two\n' });
      repository.commit();
      assert.match(
        (await choose(repository)).said,
        /^Files that differ from HEAD~1, because nothing differs from HEAD: 1\./u,
      );
      assert.deepEqual((await choose(repository, 'HEAD~2')).files, {
        engines: 'test/engines/other.test.ts',
        ui: 'test/ui/window.test.ts',
      });
      assert.throws(() => changedFiles(repository.folder, 'nowhere'), /--changed asks git what differs: .*nowhere/u);
    });

    it('what is configured runs everything that was asked for', async () => {
      using repository = new Repository(FILES);
      repository.write({ 'package.json': '{}\n' });
      const { files, said, lint } = await choose(repository);
      assert.deepEqual(Object.keys(files).toSorted(), ['audit', 'engines', 'ui']);
      assert.match(said, /Everything runs, because of package\.json\./u);
      assert.equal(lint, 'src test scripts');
    });
  });
});
