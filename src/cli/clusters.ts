/**
 * The clusters that a terminal session knows: those of its configuration file, in the editor's own shape, or the one
 * that its addresses name. Every mistake in the file becomes a refusal, which is recorded.
 */
import { join } from 'node:path';
import { endpointFromText, urlsOf, type ClusterConfig } from '../control-plane/clusters/cluster.ts';
import { parseClusterConfig } from '../control-plane/clusters/configuration.ts';
import { engineOf, type SecretKind } from '../control-plane/engine.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/model/errors.ts';
import { isClusterName, isName, quotedName, WITHHELD } from '../control-plane/model/plausible.ts';
import type { Clusters } from '../control-plane/ports.ts';
import { normalAddress } from '../control-plane/clusters/same-cluster.ts';
import { ENGINES } from '../engines/registry.ts';
import { homeDirectory, type Env } from './environment.ts';
import { BYTE_ORDER_MARK, exchangeable, notAPath, octal, permits, readSmallFile } from './files.ts';
import { readSecret, type SecretFile } from './secrets.ts';

/** What the file may hold. */
export interface Settings {
  readonly clusters: readonly unknown[];
  /** The operator's name beside the account, recorded as asserted. */
  readonly operatorName: string | null;
  readonly auditDirectory: string | null;
  /** Where the second copy of the log is. */
  readonly auditCopyDirectory: string | null;
  /** The files that hold secrets: by the member of the configuration that names them, then by the cluster. */
  readonly secretFiles: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** The members that name files of secrets, one for each kind of secret that an engine may need. */
const SECRET_FILES = [...new Set(ENGINES.flatMap(({ secrets }) => secrets.map(({ terminal }) => terminal.files)))];
const MEMBERS = ['clusters', 'operatorName', 'auditDirectory', 'auditCopyDirectory', ...SECRET_FILES];
const NO_SETTINGS: Settings = {
  clusters: [],
  operatorName: null,
  auditDirectory: null,
  auditCopyDirectory: null,
  secretFiles: new Map(),
};

/** Where the file is when no option names it: the platform's usual place for configuration. */
export function defaultConfigFile(env: Env, platform: NodeJS.Platform): Result<string> {
  const home = (...folders: readonly string[]): string => join(homeDirectory(env), ...folders);
  try {
    if (platform === 'darwin') return success(home('Library', 'Application Support', 'AeroDB', 'clusters.json'));
    if (platform === 'win32')
      return success(join(env['APPDATA'] ?? home('AppData', 'Roaming'), 'AeroDB', 'clusters.json'));
    const configured = env['XDG_CONFIG_HOME'] ?? '';
    return success(join(configured === '' ? home('.config') : configured, 'aerodb', 'clusters.json'));
  } catch {
    return failure(
      invalid(
        'The account of this process has no home directory, so there is no place for its configuration file: ' +
          'name the file with --config, or set HOME or XDG_CONFIG_HOME. Nothing was sent.',
      ),
    );
  }
}

/** Reads the file. A file that was named must exist; only the default file may be missing. */
export function readSettings(file: string, named: boolean): Result<Settings> {
  const misplaced = named ? notAPath('config', file) : undefined;
  if (misplaced !== undefined) return failure(misplaced);
  const read = readSmallFile(file);
  if (!read.ok)
    return read.missing && !named
      ? success(NO_SETTINGS)
      : failure(invalid(`The configuration file ${file} ${read.why}.`));
  // An account that may write to this file decides which machines are asked, and with which token.
  if (permits(read.mode, 0o002)) {
    return failure(
      invalid(
        `The configuration file ${file} can be changed by every account of this machine ` +
          `(mode ${octal(read.mode)}), so it is not used. Nothing was sent.`,
      ),
    );
  }
  const exposed = exchangeable(file, read.owner);
  if (exposed !== undefined)
    return failure(
      invalid(
        `The configuration file ${file} ${exposed}: they could put another file in its place, so it is not ` +
          'used. Nothing was sent.',
      ),
    );
  if (read.text.startsWith(BYTE_ORDER_MARK))
    return failure(
      invalid(
        `The configuration file ${file} begins with a byte-order mark (U+FEFF), which JSON does not allow. ` +
          'Nothing was sent.',
      ),
    );
  let value: unknown;
  try {
    value = JSON.parse(read.text);
  } catch (error) {
    return failure(
      invalid(
        `The configuration file ${file} is not JSON${whereIn(error)}. Its text is not shown, because it may be ` +
          'a secret. Nothing was sent.',
      ),
    );
  }
  return settings(value, file);
}

/**
 * Where the mistake is, as Node's JSON parser counts it. The rest of the parser's message is dropped, because it quotes
 * the text.
 */
function whereIn(error: unknown): string {
  const [, line, column] = error instanceof Error ? (/\(line (\d+) column (\d+)\)/.exec(error.message) ?? []) : [];
  return line === undefined || column === undefined ? '' : ` from line ${line}, column ${column} on`;
}

function settings(value: unknown, file: string): Result<Settings> {
  if (!isObject(value)) return failure(invalid(`The configuration file ${file} must hold one object.`));
  const stranger = Object.keys(value).find(key => !MEMBERS.includes(key));
  if (stranger !== undefined)
    return failure(invalid(`The configuration file ${file} has an unknown member ${quotedName(stranger)}.`));
  const { clusters = [], operatorName = null, auditDirectory = null, auditCopyDirectory = null } = value;
  if (!Array.isArray(clusters)) return failure(invalid(`In ${file}, "clusters" must be a list.`));
  if (!isTextOrNull(operatorName)) return failure(invalid(`In ${file}, "operatorName" must be text.`));
  if (operatorName !== null && !isName(operatorName))
    return failure(
      invalid(
        `In ${file}, "operatorName" is ${WITHHELD}: it does not look like a person's name, and it would be ` +
          'recorded for good. Nothing was sent.',
        'operatorName',
      ),
    );
  if (!isTextOrNull(auditDirectory)) return failure(invalid(`In ${file}, "auditDirectory" must be text.`));
  if (!isTextOrNull(auditCopyDirectory)) return failure(invalid(`In ${file}, "auditCopyDirectory" must be text.`));
  const secretFiles = new Map<string, Readonly<Record<string, string>>>();
  for (const member of SECRET_FILES) {
    const files = filesByCluster(value[member] ?? {});
    if (files === undefined) return failure(invalid(`In ${file}, "${member}" must name one file per cluster.`));
    secretFiles.set(member, files);
  }
  return success({ clusters, operatorName, auditDirectory, auditCopyDirectory, secretFiles });
}

function filesByCluster(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const files = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return files.length === Object.keys(value).length ? Object.fromEntries(files) : undefined;
}

/** Where a session learns about its clusters. */
export interface ClusterSources {
  /** Reads the file again each time: a change counts even while a person reads an explanation. */
  readonly settings: () => Result<Settings>;
  readonly file: string;
  /** Addresses from the command line. When given, their cluster is the only one. */
  readonly urls: readonly string[];
  readonly kind: string | undefined;
  readonly tokenFile: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly env: Env;
}

/** The clusters of one run. The code for HTTP and its schemas is loaded with the first connection. */
export function terminalClusters(sources: ClusterSources): Clusters {
  const { file, urls } = sources;
  const find = (name: string): Result<ClusterConfig> => {
    const settings = sources.settings();
    if (!settings.ok) return settings;
    if (urls.length > 0) return addressed(sources, settings.value);
    const named = settings.value.clusters.filter(entry => isObject(entry) && entry['name'] === name);
    if (named.length > 1)
      return failure(
        invalid(
          `In ${file}, two clusters are called ${quotedName(name, isClusterName)}: it is not clear which is ` +
            'meant. Nothing was sent.',
          'cluster',
        ),
      );
    return named.length === 0
      ? failure(
          invalid(
            `No cluster called ${quotedName(name, isClusterName)} is configured in ${file}. Nothing was sent.`,
            'cluster',
          ),
        )
      : parseClusterConfig(named[0], ENGINES);
  };
  return {
    find,
    entries: () => {
      const settings = sources.settings();
      return settings.ok ? settings.value.clusters : [];
    },
    connect: async cluster => {
      const settings = sources.settings();
      if (!settings.ok) return settings;
      const secrets = readSecrets(sources, settings.value, cluster);
      if (!secrets.ok) return secrets;
      const { connect, DEFAULT_TIMEOUTS } = await import('../engines/connect.ts');
      const limit = sources.timeoutMs;
      const timeouts =
        limit === undefined
          ? DEFAULT_TIMEOUTS
          : { connectMs: Math.min(limit, DEFAULT_TIMEOUTS.connectMs), readMs: limit, controlMs: limit };
      return connect(cluster, { secrets: secrets.value, timeouts });
    },
  };
}

/** The secrets that a cluster can use. The file that an option names holds the engine's first kind of secret. */
function readSecrets(
  { env, tokenFile }: ClusterSources,
  { secretFiles }: Settings,
  cluster: ClusterConfig,
): Result<Readonly<Record<string, string>>> {
  const { secrets } = engineOf(ENGINES, cluster);
  const found = new Map<string, string>();
  for (const kind of secrets) {
    if (kind.boundTo(cluster) === undefined) continue;
    const file =
      kind === secrets[0] && tokenFile !== undefined
        ? { place: 'token-file', path: tokenFile }
        : secretFile(kind, secretFiles, cluster);
    const secret = readSecret(env, kind, file);
    if (!secret.ok) return secret;
    if (secret.value !== undefined) found.set(kind.id, secret.value);
  }
  return success(Object.fromEntries(found));
}

/** A cluster may have the name of an inherited member, such as "constructor"; that name must not find a file. */
function secretFile(
  { terminal }: SecretKind,
  files: Settings['secretFiles'],
  { name }: ClusterConfig,
): SecretFile | undefined {
  const named = files.get(terminal.files) ?? {};
  const path = Object.hasOwn(named, name) ? named[name] : undefined;
  return path === undefined ? undefined : { place: terminal.files, path };
}

/** Names a cluster that is in no file by its first address; an equivalent command line uses the same name. */
function addressed({ urls, kind, file }: ClusterSources, { clusters }: Settings): Result<ClusterConfig> {
  const config = parseClusterConfig(
    { name: urls[0], kind: kind ?? ENGINES[0].id, endpoints: urls.map(endpointFromText) },
    ENGINES,
  );
  if (!config.ok) return config;
  // A cluster of the file must not lose its settings (observe-only, its environment) because the line names it by its
  // address.
  const own = new Set(urlsOf(config.value).map(normalAddress));
  const configured = clusters.find(
    entry =>
      isObject(entry) &&
      Array.isArray(entry['endpoints']) &&
      entry['endpoints'].some(one => own.has(normalAddress(endpointUrl(one)))),
  );
  return isObject(configured)
    ? failure(
        invalid(
          '--url is for a cluster that is in no file; this address belongs to ' +
            `cluster ${quotedName(String(configured['name']))} in ${file}. Nothing was sent.`,
          'url',
        ),
      )
    : config;
}

/** The address of an endpoint in any form; an empty text when it has none. */
function endpointUrl(endpoint: unknown): string {
  const read = typeof endpoint === 'string' ? endpointFromText(endpoint) : endpoint;
  return typeof read === 'string' ? read : isObject(read) && typeof read['url'] === 'string' ? read['url'] : '';
}

function invalid(message: string, field = 'config'): ControlError {
  return refusal('PHASE7_MALFORMED_REQUEST', message, field);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value !== '');
}
