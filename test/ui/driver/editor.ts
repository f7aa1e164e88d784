/** Starts a real VS Code server with the extension installed, and opens windows on it. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { ensureChromium } from '../../../scripts/lib/chromium.mjs';
import { ensureCodeServer } from '../../../scripts/lib/code-server-install.mjs';
import { installExtension, startCodeServer, type CodeServer } from '../../../scripts/lib/code-server.mjs';
import {
  byScope,
  QUIET_SETTINGS,
  settingsFiles,
  writeSettings,
  type Settings,
} from '../../../scripts/lib/editor-settings.mjs';
import { descendants, errorCode, until } from '../../../scripts/lib/processes.mjs';
import { packageExtension } from '../../../scripts/package.mjs';
import { Workbench } from './workbench.ts';
import { removeFolder, temporaryFolder } from '../../support/folders.ts';

/** The themes of every VS Code: dark, light and both high-contrast themes, by their ids in the settings. */
export const THEMES = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof THEMES;

export interface EditorOptions {
  /** User or machine settings, in addition to those that keep the editor quiet. */
  readonly settings?: Settings;
  /** The package to install, or `none`. The default is the package that the test run made, or one that is made now. */
  readonly vsix?: string;
  /** Environment of the server, and therefore of the extension host. */
  readonly env?: NodeJS.ProcessEnv;
  /** Further flags of code-server. */
  readonly flags?: readonly string[];
  readonly viewport?: { readonly width: number; readonly height: number };
  /**
   * The display language. The editor's own texts stay English, because its language packs cannot be downloaded here;
   * extensions bring their own.
   */
  readonly language?: string;
  /** Folders of further extensions to install. */
  readonly extensions?: readonly string[];
  /** Whether the workspace is untrusted, like one that was just downloaded: VS Code's Restricted Mode. */
  readonly untrusted?: boolean;
}

/**
 * A real VS Code with the extension installed: code-server and Chromium with their own home, which is removed at the
 * end. One editor serves a whole suite; every test opens a new window in it.
 */
export class Editor {
  /** The home folder of everything that this editor writes. */
  readonly home: string;
  /** `$XDG_STATE_HOME` of the extension host: the audit log is in its folder `aerodb`. */
  readonly stateHome: string;
  /** The folder that windows open. */
  readonly workspace: string;
  private readonly userData: string;
  private readonly viewport: { width: number; height: number };
  private readonly untrusted: boolean;
  private readonly contexts = new Set<BrowserContext>();
  private server: CodeServer | undefined;
  private browser: Browser | undefined;

  private constructor(options: EditorOptions) {
    this.home = temporaryFolder('aero-', shortTemporaryFolder());
    this.stateHome = join(this.home, 'state');
    this.workspace = join(this.home, 'workspace');
    this.userData = join(this.home, 'u');
    this.viewport = { width: 1280, height: 800, ...options.viewport };
    this.untrusted = options.untrusted ?? false;
    for (const folder of [this.stateHome, this.workspace, join(this.home, 'tmp'), join(this.home, 'run')])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  static async start(options: EditorOptions = {}): Promise<Editor> {
    const editor = new Editor(options);
    try {
      await editor.launch(options);
      return editor;
    } catch (error) {
      await editor.stop();
      throw error;
    }
  }

  /** The audit log that the extension writes. */
  get auditFile(): string {
    return join(this.stateHome, 'aerodb', 'audit.jsonl');
  }

  /**
   * Opens a window with its own state, as in a browser that was never used before.
   * @param prepare is called before the page loads anything
   */
  async openWindow(prepare?: (page: Page) => Promise<void>): Promise<Workbench> {
    const page = await this.newPage();
    await prepare?.(page);
    return Workbench.open(page, this.url());
  }

  /**
   * Opens a page in which VS Code develops and tests an extension.
   * @param paths values of its development options: folders and files of this machine
   * @param prepare is called before the page loads anything
   */
  async openPage(paths: Readonly<Record<string, string>>, prepare: (page: Page) => Promise<void>): Promise<Page> {
    const page = await this.newPage();
    await prepare(page);
    await page.goto(this.url(paths));
    return page;
  }

  /**
   * Closes every window and ends their extension hosts. The server would keep each host for one minute, in case the
   * window came back; no window does so here.
   */
  async closeWindows(): Promise<void> {
    await Promise.all([...this.contexts].map(async context => context.close()));
    this.contexts.clear();
    await this.killExtensionHosts();
    if (this.extensionHosts().length > 0)
      throw new Error(`Extension hosts outlived their windows: ${this.extensionHosts().join(', ')}`);
  }

  /** Replaces the settings; an open window notices the change. */
  writeSettings(settings: Settings): void {
    const { person, machine } = byScope({
      ...QUIET_SETTINGS,
      'security.workspace.trust.enabled': this.untrusted,
      'security.workspace.trust.startupPrompt': 'never',
      'workbench.colorTheme': THEMES.dark,
      ...settings,
    });
    const files = settingsFiles(this.userData);
    writeSettings(files.person, person);
    writeSettings(files.machine, machine);
  }

  /**
   * Chooses the theme of the folder that windows open. It overrides the user's theme, and an open window changes at
   * once. Without an argument, removes the choice.
   */
  chooseTheme(theme?: string): void {
    const folder = join(this.workspace, '.vscode');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'settings.json'),
      JSON.stringify(theme === undefined ? {} : { 'workbench.colorTheme': theme }),
    );
  }

  /** Process ids of the running extension hosts, one for each open window. */
  extensionHosts(): readonly number[] {
    if (this.server === undefined) return [];
    return descendants(this.server.pid)
      .filter(({ commandLine }) => commandLine.includes('--type=extensionHost'))
      .map(({ pid }) => pid);
  }

  /** Kills the extension hosts like a crash: SIGKILL, so no code runs afterwards. Returns when they are gone. */
  async killExtensionHosts(): Promise<void> {
    const pids = this.extensionHosts();
    for (const pid of pids) killIfThere(pid);
    await until(() => this.extensionHosts().every(pid => !pids.includes(pid)), { timeout: 5000 });
  }

  /** What the server printed last. */
  serverOutput(): string {
    return this.server?.output() ?? '';
  }

  /** Ends everything that was started and removes the home. */
  async stop(): Promise<void> {
    await this.browser?.close();
    await this.server?.stop();
    removeFolder(this.home);
  }

  /** A new page with its own state, before it loads anything. */
  async newPage(): Promise<Page> {
    if (this.browser === undefined) throw new Error('The editor is not running.');
    // By default, code-server would compress the twenty megabytes of the workbench again for each window, although the
    // browser runs on the same machine.
    const context = await this.browser.newContext({
      viewport: this.viewport,
      permissions: ['clipboard-read', 'clipboard-write'],
      extraHTTPHeaders: { 'accept-encoding': 'identity' },
    });
    this.contexts.add(context);
    return context.newPage();
  }

  /**
   * Where a window opens.
   * @param paths values of VS Code's development options: folders and files of this machine
   */
  url(paths: Readonly<Record<string, string>> = {}): string {
    if (this.server === undefined) throw new Error('The editor is not running.');
    const { url, port } = this.server;
    const remote = Object.entries(paths).map(([option, path]) => [option, `vscode-remote://127.0.0.1:${port}${path}`]);
    const payload = JSON.stringify([...remote, ['skipWelcome', 'true']]);
    return `${url}/?folder=${encodeURIComponent(this.workspace)}&payload=${encodeURIComponent(payload)}`;
  }

  /**
   * Installs a language pack without translations, so that the editor accepts the language as display language. Returns
   * the flags that choose it.
   */
  private installLanguage(language: string): readonly string[] {
    const translations = join(this.home, `${language}.json`);
    writeFileSync(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
    mkdirSync(this.userData, { recursive: true });
    writeFileSync(
      join(this.userData, 'languagepacks.json'),
      JSON.stringify({
        [language]: {
          hash: 'none',
          label: language,
          extensions: [{ extensionIdentifier: { id: 'none.none' }, version: '1.0.0' }],
          translations: { vscode: translations },
        },
      }),
    );
    return ['--locale', language];
  }

  private async launch(options: EditorOptions): Promise<void> {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const vsix = options.vsix ?? process.env['AERODB_VSIX'] ?? (await packageExtension()).file;
    this.writeSettings(options.settings ?? {});
    const language = options.language === undefined ? [] : this.installLanguage(options.language);
    const at = (name: string): string => join(this.home, name);
    const env = {
      HOME: this.home,
      XDG_CONFIG_HOME: at('config'),
      XDG_DATA_HOME: at('data'),
      XDG_CACHE_HOME: at('cache'),
      XDG_STATE_HOME: this.stateHome,
      XDG_RUNTIME_DIR: at('run'),
      TMPDIR: at('tmp'),
    };
    const server = {
      program: await ensureCodeServer(say),
      userData: this.userData,
      extensions: at('x'),
      config: at('config.yaml'),
      port: 0,
      env: { ...env, ...options.env },
      flags: [...(this.untrusted ? [] : ['--disable-workspace-trust']), ...language, ...(options.flags ?? [])],
    };
    for (const folder of options.extensions ?? []) cpSync(folder, join(at('x'), basename(folder)), { recursive: true });
    const executablePath = await ensureChromium(say);
    const browser = chromium.launch({ executablePath, args: CHROMIUM_FLAGS, ignoreDefaultArgs: ['--hide-scrollbars'] });
    if (vsix !== 'none') await installExtension(server, vsix);
    this.browser = await browser;
    this.server = await startCodeServer(server);
  }
}

/** Chromium without a sandbox (root cannot have one), without a graphics card, and without its own connections. */
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Kills a process. A process that has already ended is no error. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** Sockets are made below this folder, and the path of a Unix socket may have only 107 bytes. */
function shortTemporaryFolder(): string {
  const folder = tmpdir();
  return folder.length <= 32 ? folder : '/tmp';
}
