/** A configured cluster: one shape for the editor's setting and the terminal's file. */
import * as z from 'zod/mini';
import { refusal, type ControlError, type Result, failure, success } from './errors.ts';
import { parse } from './parse.ts';

const endpoint = z.url({ protocol: /^https?$/, abort: true, error: 'is not an address such as https://host:port' }).check(z.refine((url) => {
  const parsed = new URL(url);
  return parsed.username === '' && parsed.password === '' && parsed.search === '' && parsed.hash === '';
}, 'must not hold credentials, a query or a fragment'));
const word = z.string().check(z.minLength(1));

/** Host and port of a PostgreSQL server; an IPv6 address stands in brackets. */
const address = z.string().check(z.regex(/^(?:\[[0-9a-f:.]+\]|[^\s:/@[\]]+):[1-9]\d{0,4}$/i, 'must be host:port'), z.refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'must hold a port of at most 65535'));

const clusterSchema = z.strictObject({
  name: word.check(z.maxLength(200)),
  kind: z.enum(['aerodb', 'patroni']),
  endpoints: z.array(endpoint).check(z.minLength(1)),
  tls: z.exactOptional(z.strictObject({
    ca: z.exactOptional(word), cert: z.exactOptional(word), key: z.exactOptional(word), serverName: z.exactOptional(word),
  })),
  environment: z.exactOptional(word.check(z.maxLength(100))),
  observeOnly: z.exactOptional(z.boolean()),
  database: z.exactOptional(z.strictObject({
    user: word.check(z.maxLength(63)), name: z.exactOptional(word.check(z.maxLength(63))), addresses: z.array(address).check(z.minLength(1)),
  })),
}).check(z.refine(({ kind, database }) => database === undefined || kind === 'patroni', { path: ['database'], error: 'is for a Patroni cluster only' }));

/**
 * `endpoints` in configured order, which is also the order of asking; `environment` is a label of the
 * operator's own; with `observeOnly` Operator authority cannot be assumed. `database` is a login for reads that Patroni's API does
 * not offer: to PostgreSQL at these addresses and no others, database "postgres" where no name is given. Holds no secrets.
 */
export type ClusterConfig = Readonly<z.infer<typeof clusterSchema>>;

/** Parses one configured cluster. Plain HTTP is accepted only to loopback (P7-F1). */
export function parseClusterConfig(input: unknown): Result<ClusterConfig> {
  const parsed = parse(clusterSchema, input);
  if (!parsed.ok) {
    const { path, message } = parsed.misfit;
    const field = path.length === 0 ? 'cluster' : path.join('.');
    return failure(refusal('PHASE7_MALFORMED_REQUEST', `The configured cluster is not valid: ${field}: ${message}.`, field));
  }
  const insecure = parsed.value.endpoints.map(insecureTransport).find((error) => error !== undefined);
  return insecure === undefined ? success(parsed.value) : failure(insecure);
}

/** Plain HTTP is for loopback; anything else must be TLS, because tokens and answers travel on it. */
export function insecureTransport(url: string): ControlError | undefined {
  const { protocol, hostname, origin } = new URL(url);
  return protocol === 'https:' || isLoopback(hostname)
    ? undefined
    : refusal('PHASE7_INSECURE_TRANSPORT', `${origin} is plain HTTP to another machine; only https is accepted there. Nothing was sent.`, 'endpoints');
}

/** Whether a host is this machine by its very name: nothing that has to be resolved first is taken for it. IPv6 with or without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Node ids are UUIDs in AeroDB and member names under Patroni. */
export function invalidNodeId(kind: ClusterConfig['kind'], node: string): ControlError | undefined {
  if (kind === 'aerodb' && !UUID.test(node)) {
    return refusal('PHASE7_INVALID_NODE_ID', `"${node}" is not a node id: AeroDB's node ids are UUIDs. Nothing was sent.`, 'node');
  }
  return undefined;
}

/** Whether a text is a UUID, the form of every request id. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
