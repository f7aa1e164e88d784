/**
 * The clusters that a terminal session knows: those of its configuration file, in the editor's own shape, or the
 * one that its addresses name. Everything wrong with the file comes back as a refusal, which is recorded.
 */
import { join } from 'node:path';
import { endpointFromText, parseClusterConfig, urlsOf, type ClusterConfig } from '../control-plane/cluster.ts';
import { failure, refusal, success, type ControlError, type Result } from '../control-plane/errors.ts';
import { isClusterName, isName, quotedName, WITHHELD } from '../control-plane/plausible.ts';
import type { Clusters } from '../control-plane/ports.ts';
import { normalAddress } from '../control-plane/same-cluster.ts';
import type { ConnectOptions } from '../engines/connect.ts';
import { homeDirectory, type Env } from './environment.ts';
import { BYTE_ORDER_MARK, exchangeable, notAPath, octal, permits, readSmallFile } from './files.ts';
import { readDatabasePassword, readToken, type SecretFile } from './token.ts';

/** What the file may hold. */
export interface Settings {
  readonly clusters: readonly unknown[];
  /** The operator's name beside the account, recorded as asserted. */
  readonly operatorName: string | null;
  readonly auditDirectory: string | null;
  /** Per cluster, the file that holds its access token. */
  readonly tokenFiles: Readonly<Record<string, string>>;
  /** Per Patroni cluster, the file that holds the password of its database login. */
  readonly databasePasswordFiles: Readonly<Record<string, string>>;
}

const NO_SETTINGS: Settings = {
  clusters: [],
  operatorName: null,
  auditDirectory: null,
  tokenFiles: {},
  databasePasswordFiles: {},
};

/** Where the file is when no option says so: the platform's place for configuration. */
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

/** Reads the file. Only a default file may be missing: one that was named has to be there. */
export function readSettings(file: string, named: boolean): Result<Settings> {
  const misplaced = named ? notAPath('config', file) : undefined;
  if (misplaced !== undefined) return failure(misplaced);
  const read = readSmallFile(file);
  if (!read.ok)
    return read.missing && !named
      ? success(NO_SETTINGS)
      : failure(invalid(`The configuration file ${file} ${read.why}.`));
  // Whoever may write there says which machines are asked, and with which token.
  if (permits(read.mode, 0o002)) {
    return failure(
      invalid(
        `The configuration file ${file} can be changed by every account of this machine ` +
          `(mode ${octal(read.mode)}), so it is not believed. Nothing was sent.`,
      ),
    );
  }
  const exposed = exchangeable(file, read.owner);
  if (exposed !== undefined)
    return failure(
      invalid(
        `The configuration file ${file} ${exposed}: whoever may do that can put another file in its place, so it ` +
          'is not believed. Nothing was sent.',
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
        `The configuration file ${file} is not JSON${whereIn(error)}. What stands there is not repeated: it may ` +
          'be a secret. Nothing was sent.',
      ),
    );
  }
  return settings(value, file);
}

/** The place of the mistake as Node's parser counts it, where it tells one; its words beside that quote the text. */
function whereIn(error: unknown): string {
  const [, line, column] = error instanceof Error ? (/\(line (\d+) column (\d+)\)/.exec(error.message) ?? []) : [];
  return line === undefined || column === undefined ? '' : ` from line ${line}, column ${column} on`;
}

function settings(value: unknown, file: string): Result<Settings> {
  if (!isObject(value)) return failure(invalid(`The configuration file ${file} has to hold one object.`));
  const stranger = Object.keys(value).find(key => !Object.hasOwn(NO_SETTINGS, key));
  if (stranger !== undefined)
    return failure(invalid(`The configuration file ${file} holds ${quotedName(stranger)}, which is no member of it.`));
  const {
    clusters = [],
    operatorName = null,
    auditDirectory = null,
    tokenFiles = {},
    databasePasswordFiles = {},
  } = value;
  if (!Array.isArray(clusters)) return failure(invalid(`In ${file}, "clusters" has to be a list.`));
  if (!isTextOrNull(operatorName)) return failure(invalid(`In ${file}, "operatorName" has to be text.`));
  if (operatorName !== null && !isName(operatorName))
    return failure(
      invalid(
        `In ${file}, "operatorName" is ${WITHHELD}: it does not look like a person's name, and it would be ` +
          'recorded for good. Nothing was sent.',
        'operatorName',
      ),
    );
  if (!isTextOrNull(auditDirectory)) return failure(invalid(`In ${file}, "auditDirectory" has to be text.`));
  const tokens = filesByCluster(tokenFiles);
  if (tokens === undefined) return failure(invalid(`In ${file}, "tokenFiles" has to name one file per cluster.`));
  const passwords = filesByCluster(databasePasswordFiles);
  if (passwords === undefined)
    return failure(invalid(`In ${file}, "databasePasswordFiles" has to name one file per cluster.`));
  return success({ clusters, operatorName, auditDirectory, tokenFiles: tokens, databasePasswordFiles: passwords });
}

function filesByCluster(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const files = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return files.length === Object.keys(value).length ? Object.fromEntries(files) : undefined;
}

/** What a session is told about its clusters. */
export interface ClusterSources {
  /** Reads the file: what is changed there while a person reads an explanation counts. */
  readonly settings: () => Result<Settings>;
  readonly file: string;
  /** Addresses from the command line; then their cluster is the only one. */
  readonly urls: readonly string[];
  readonly kind: string | undefined;
  readonly tokenFile: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly env: Env;
}

/** The clusters of one run. HTTP and its schemas load with the first connection. */
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
      : parseClusterConfig(named[0]);
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
      const token = readToken(
        sources.env,
        sources.tokenFile === undefined
          ? secretFile('tokenFiles', settings.value.tokenFiles, cluster)
          : { place: 'token-file', path: sources.tokenFile },
      );
      if (!token.ok) return token;
      const password =
        cluster.database === undefined
          ? success(undefined)
          : readDatabasePassword(
              sources.env,
              secretFile('databasePasswordFiles', settings.value.databasePasswordFiles, cluster),
            );
      if (!password.ok) return password;
      const { connect, DEFAULT_TIMEOUTS } = await import('../engines/connect.ts');
      const limit = sources.timeoutMs;
      const timeouts =
        limit === undefined
          ? DEFAULT_TIMEOUTS
          : { connectMs: Math.min(limit, DEFAULT_TIMEOUTS.connectMs), readMs: limit, controlMs: limit };
      const options: ConnectOptions = { token: token.value, databasePassword: password.value, timeouts };
      return connect(cluster, options);
    },
  };
}

/** A cluster may be called what every object has: "constructor" names no file. */
function secretFile(
  place: string,
  files: Readonly<Record<string, string>>,
  { name }: ClusterConfig,
): SecretFile | undefined {
  const path = Object.hasOwn(files, name) ? files[name] : undefined;
  return path === undefined ? undefined : { place, path };
}

/**
 * A cluster that is in no file is called by its first address, which is also how an equivalent command line knows it.
 */
function addressed({ urls, kind, file }: ClusterSources, { clusters }: Settings): Result<ClusterConfig> {
  const config = parseClusterConfig({ name: urls[0], kind: kind ?? 'aerodb', endpoints: urls.map(endpointFromText) });
  if (!config.ok) return config;
  // What the file says of a cluster (observe-only, its environment) must not be lost by naming it differently.
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

/** The address of an endpoint of any form; an empty text where it has none. */
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
