/** A configured cluster: one shape for the editor's setting and the terminal's file. */
import * as z from 'zod/mini';
import { refusal, type ControlError, type Result, failure, success } from './errors.ts';
import { parse } from './parse.ts';
import { isAddress, isClusterName, isHost, isNodeName, isUuid, quotedName, WITHHELD } from './plausible.ts';

const url = z.url({ protocol: /^https?$/, abort: true, error: 'is not an address such as https://host:port' }).check(
  z.refine(url => {
    const parsed = new URL(url);
    return parsed.username === '' && parsed.password === '' && parsed.search === '' && parsed.hash === '';
  }, 'must not hold credentials, a query or a fragment'),
  z.refine(isAddress, `is ${WITHHELD}: its host or its path does not read like one`),
);
const word = z.string().check(z.minLength(1));
/** What is shown and recorded wherever the cluster is named: a secret that stands there by mistake would be, too. */
const name = word.check(
  z.refine(text => isClusterName(text) || text.length > 200, `is ${WITHHELD}: it does not look like a name`),
);
const host = word.check(z.refine(isHost, `is ${WITHHELD}: it does not look like the name of a machine`));

/**
 * An address, alone or with what is known of it: the member that it leads to, and the name that its TLS certificate
 * carries.
 */
const endpoint = z.union(
  [
    url,
    z.strictObject({ url, member: z.exactOptional(name.check(z.maxLength(200))), serverName: z.exactOptional(host) }),
  ],
  {
    error: ({ input }) =>
      typeof input === 'object' && input !== null
        ? 'must be { "url": "https://host:port" }, with "member" and "serverName" where they are known'
        : 'is not an address such as https://host:port, without credentials, query or fragment',
  },
);

/** Host and port of a PostgreSQL server; an IPv6 address stands in brackets. */
const address = z.string().check(
  z.regex(/^(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+):[1-9]\d{0,4}$/iu, 'must be host:port'),
  z.refine(text => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'must hold a port of at most 65535'),
);

const clusterSchema = z
  .strictObject({
    name: name.check(z.maxLength(200)),
    kind: z.enum(['aerodb', 'patroni']),
    endpoints: z.array(endpoint).check(z.minLength(1)),
    tls: z.exactOptional(
      z.strictObject({
        ca: z.exactOptional(word),
        cert: z.exactOptional(word),
        key: z.exactOptional(word),
        serverName: z.exactOptional(host),
      }),
    ),
    environment: z.exactOptional(name.check(z.maxLength(100))),
    observeOnly: z.exactOptional(z.boolean()),
    identity: z.exactOptional(
      word.check(
        z.maxLength(200),
        z.refine(
          text => isNodeName(text) || /^\d{1,20}$/.test(text),
          `is ${WITHHELD}: it does not look like an identity`,
        ),
      ),
    ),
    database: z.exactOptional(
      z.strictObject({
        user: name.check(z.maxLength(63)),
        name: z.exactOptional(name.check(z.maxLength(63))),
        addresses: z.array(address).check(z.minLength(1)),
      }),
    ),
  })
  .check(
    z.refine(({ kind, database }) => database === undefined || kind === 'patroni', {
      path: ['database'],
      error: 'is for a Patroni cluster only',
    }),
    z.refine(
      ({ kind, endpoints }) =>
        kind === 'patroni' || endpoints.every(one => typeof one === 'string' || one.member === undefined),
      {
        path: ['endpoints'],
        error: 'can name members for a Patroni cluster only: an AeroDB node says itself which one it is',
      },
    ),
    z.refine(
      ({ endpoints }) =>
        isUnique(endpoints.flatMap(one => (typeof one === 'string' || one.member === undefined ? [] : [one.member]))),
      {
        path: ['endpoints'],
        error: 'names one member twice: it is not clear which address is its own',
      },
    ),
    z.refine(({ endpoints }) => isUnique(endpoints.map(one => (typeof one === 'string' ? one : one.url))), {
      path: ['endpoints'],
      error: 'has one address twice',
    }),
  );

function isUnique(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

/**
 * `endpoints` in configured order, which is also the order of asking (`endpointsOf` has them in one form);
 * `environment` is a label of the operator's own; with `observeOnly` Operator authority cannot be assumed, neither for
 * it nor for a cluster of the same addresses or of the same `identity` (AeroDB's cluster id, PostgreSQL's system
 * identifier). `database` is a login for reads that Patroni's API does not offer: to PostgreSQL at these addresses and
 * no others, database "postgres" where no name is given. Holds no secrets.
 */
export type ClusterConfig = Readonly<z.infer<typeof clusterSchema>>;

/** Parses one configured cluster. Plain HTTP is accepted only to loopback (P7-F1). */
export function parseClusterConfig(input: unknown): Result<ClusterConfig> {
  const parsed = parse(clusterSchema, input);
  if (!parsed.ok) {
    const { path, message } = parsed.misfit;
    const field = path.length === 0 ? 'cluster' : path.join('.');
    return failure(
      refusal('PHASE7_MALFORMED_REQUEST', `The configured cluster is not valid: ${field}: ${message}.`, field),
    );
  }
  const insecure = urlsOf(parsed.value)
    .map(insecureTransport)
    .find(error => error !== undefined);
  return insecure === undefined ? success(withoutCopiedPath(parsed.value)) : failure(insecure);
}

/**
 * An address of a cluster, the member that it is said to lead to, and the name in its certificate where that is not its
 * host.
 */
export interface Endpoint {
  readonly url: string;
  readonly member?: string;
  readonly serverName?: string;
}

/** The endpoints in one form, in configured order. */
export function endpointsOf({ endpoints }: Pick<ClusterConfig, 'endpoints'>): readonly Endpoint[] {
  return endpoints.map(one => (typeof one === 'string' ? { url: one } : one));
}

/** The addresses of the endpoints, in configured order. */
export function urlsOf(cluster: Pick<ClusterConfig, 'endpoints'>): readonly string[] {
  return endpointsOf(cluster).map(one => one.url);
}

/** An endpoint as a person types it: `https://host:port`, or `member=https://host:port`. Not checked here. */
export function endpointFromText(text: string): Endpoint | string {
  const [, member, address] = /^(?!https?:\/\/)([^=]+)=(https?:\/\/.*)$/i.exec(text) ?? [];
  return member === undefined || address === undefined ? text : { url: address, member };
}

/** The way back from `endpointFromText`. */
export function endpointToText({ url: address, member }: Endpoint): string {
  return member === undefined ? address : `${member}=${address}`;
}

/** Whether a cluster is in no file, and is therefore called by its first address as it was typed. */
export function isNamedByAddress(cluster: ClusterConfig): boolean {
  const [first] = endpointsOf(cluster);
  return first !== undefined && [endpointToText(first), `${endpointToText(first)}/patroni`].includes(cluster.name);
}

/**
 * Patroni announces its members as `https://host:8008/patroni`; that is the address, as copied. A proxy's path of this
 * name ends with a slash.
 */
function withoutCopiedPath(cluster: ClusterConfig): ClusterConfig {
  if (cluster.kind !== 'patroni') return cluster;
  const bare = (address: string): string => address.replace(/\/patroni$/, '');
  return {
    ...cluster,
    endpoints: cluster.endpoints.map(one => (typeof one === 'string' ? bare(one) : { ...one, url: bare(one.url) })),
  };
}

/** Plain HTTP is for loopback; anything else must be TLS, because tokens and answers travel on it. */
export function insecureTransport(url: string): ControlError | undefined {
  const { protocol, hostname, origin } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname)
    ? undefined
    : refusal(
        'PHASE7_INSECURE_TRANSPORT',
        `${origin} is plain HTTP to another machine; only https is accepted there. Nothing was sent.`,
        'endpoints',
      );
}

/**
 * Whether a host is this machine by its very name: nothing that has to be resolved first is taken for it. IPv6 with or
 * without brackets.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Node ids are UUIDs in AeroDB and member names under Patroni. */
export function invalidNodeId(kind: ClusterConfig['kind'], node: string): ControlError | undefined {
  if (kind === 'aerodb' && !isUuid(node)) {
    return refusal(
      'PHASE7_INVALID_NODE_ID',
      `${quotedName(node)} is not a node id: AeroDB's node ids are UUIDs. Nothing was sent.`,
      'node',
    );
  }
  return undefined;
}
