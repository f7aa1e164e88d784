/** Turns an entry of the editor's setting or of the terminal's file into a configured cluster. */
import * as z from 'zod/mini';
import { CLUSTER_COLORS, isLoopback, urlsOf, type ClusterConfig, type Endpoint } from './cluster.ts';
import {
  engineOf,
  type AddressScheme,
  type ConfigurationForms,
  type Engine,
  type EngineOptions,
  type Engines,
} from '../engine.ts';
import { failure, refusal, success, type ControlError, type Result } from '../model/errors.ts';
import { parse } from '../model/parse.ts';
import { isAddress, isClusterName, isHost, isNodeName, WITHHELD } from '../model/plausible.ts';

const word = z.string().check(z.minLength(1));
/** The name is shown and recorded wherever the cluster is named, so a secret written here by mistake would be, too. */
const name = word.check(
  z.refine(text => isClusterName(text) || text.length > 200, `is ${WITHHELD}: it does not look like a name`),
);
const host = word.check(z.refine(isHost, `is ${WITHHELD}: it does not look like the name of a machine`));

/** All schemes of these engines and what an address of each looks like; the first one is used in examples. */
function schemesOf(engines: readonly Engine[]): ReadonlyMap<string, AddressScheme> {
  return new Map(engines.flatMap(({ addresses }) => Object.entries(addresses.schemes)));
}

/** The scheme of an address; throws unless the address was checked before. */
function schemeOf(url: string): string {
  return new URL(url).protocol.slice(0, -1);
}

/** An address, alone or with the member that it leads to and the name in its TLS certificate. */
function endpointForm(schemes: ReadonlyMap<string, AddressScheme>): z.ZodMiniType<ClusterConfig['endpoints'][number]> {
  const example = `${[...schemes.keys()][0] ?? 'https'}://host:port`;
  const protocol = new RegExp(`^(?:${[...schemes.keys()].join('|')})$`, 'u');
  const url = z.url({ protocol, abort: true, error: `is not an address such as ${example}` }).check(
    z.refine(url => {
      const { hostname, username, password, search, hash } = new URL(url);
      return hostname !== '' && username === '' && password === '' && search === '' && hash === '';
    }, 'must not hold credentials, a query or a fragment'),
    z.refine(url => {
      const { port, pathname } = new URL(url);
      return schemes.get(schemeOf(url))?.hasPath === true || (port !== '' && /^\/?$/u.test(pathname));
    }, `must hold a port and nothing else, as in ${example}`),
    z.refine(isAddress, `is ${WITHHELD}: its host or its path does not read like one`),
  );
  return z.union(
    [
      url,
      z.strictObject({ url, member: z.exactOptional(name.check(z.maxLength(200))), serverName: z.exactOptional(host) }),
    ],
    {
      error: ({ input }) =>
        typeof input === 'object' && input !== null
          ? `must be { "url": "${example}" }, with "member" and "serverName" where they are known`
          : `is not an address such as ${example}, without credentials, query or fragment`,
    },
  );
}

/** Host and port of a server; an IPv6 address stands in brackets. */
const hostAndPort = z.string().check(
  z.regex(/^(?:\[[0-9a-f:.]+\]|[\p{L}\p{N}_.-]+):[1-9]\d{0,4}$/iu, 'must be host:port'),
  z.refine(text => Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535, 'must hold a port of at most 65535'),
);

/** The building blocks from which engines describe their own fields. */
export const FORMS: ConfigurationForms = {
  name: most => name.check(z.maxLength(most)),
  hostAndPort,
  list: of => z.array(of).check(z.minLength(1)),
  object: members => z.strictObject(members),
  optional: form => z.exactOptional(form),
};

const identity = word.check(
  z.maxLength(200),
  z.refine(text => isNodeName(text) || /^\d{1,20}$/.test(text), `is ${WITHHELD}: it does not look like an identity`),
);

/**
 * The schema of a cluster of one engine, with that engine's own fields. A field of another engine is refused by name.
 */
function schemaOf(engine: Engine | undefined, engines: Engines): z.ZodMiniType<ClusterConfig> {
  const own = engine?.options(FORMS) ?? {};
  return z
    .strictObject({
      name: name.check(z.maxLength(200)),
      kind: z.enum(engines.map(({ id }) => id)),
      endpoints: z.array(endpointForm(schemesOf(engine === undefined ? engines : [engine]))).check(z.minLength(1)),
      tls: z.exactOptional(
        z.strictObject({
          ca: z.exactOptional(word),
          cert: z.exactOptional(word),
          key: z.exactOptional(word),
          serverName: z.exactOptional(host),
        }),
      ),
      environment: z.exactOptional(name.check(z.maxLength(100))),
      group: z.exactOptional(name.check(z.maxLength(100))),
      color: z.exactOptional(z.enum(CLUSTER_COLORS, `is none of ${CLUSTER_COLORS.join(', ')}`)),
      observeOnly: z.exactOptional(z.boolean()),
      identity: z.exactOptional(identity),
      ...(engine === undefined ? {} : optionsOfOthers(engines)),
      ...own,
    })
    .check(
      z.refine(({ endpoints }) => engine?.namesMembers !== false || membersOf(endpoints).length === 0, {
        path: ['endpoints'],
        error: 'cannot name members: a node of this kind says itself which one it is',
      }),
      z.refine(({ endpoints }) => isUnique(membersOf(endpoints)), {
        path: ['endpoints'],
        error: 'names one member twice: it is not clear which address is its own',
      }),
      z.refine(({ endpoints }) => isUnique(endpoints.map(one => (typeof one === 'string' ? one : one.url))), {
        path: ['endpoints'],
        error: 'has one address twice',
      }),
    );
}

function optionsOfOthers(engines: Engines): EngineOptions {
  const named = engines.flatMap(({ id, options }) => Object.keys(options(FORMS)).map(option => [option, id] as const));
  return Object.fromEntries(
    named.map(([option]) => {
      const kinds = named.filter(([other]) => other === option).map(([, id]) => id);
      return [option, z.exactOptional(z.never(`is for a cluster of kind ${kinds.join(' or ')} only`))];
    }),
  );
}

function membersOf(endpoints: readonly (string | Endpoint)[]): readonly string[] {
  return endpoints.flatMap(one => (typeof one === 'string' || one.member === undefined ? [] : [one.member]));
}

function isUnique(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}

const SCHEMAS = new WeakMap<Engines, Map<Engine | undefined, z.ZodMiniType<ClusterConfig>>>();

/** Schemas are built at the first use, because most runs see one engine. */
function cachedSchema(engine: Engine | undefined, engines: Engines): z.ZodMiniType<ClusterConfig> {
  const made = SCHEMAS.get(engines) ?? new Map<Engine | undefined, z.ZodMiniType<ClusterConfig>>();
  SCHEMAS.set(engines, made);
  const schema = made.get(engine) ?? schemaOf(engine, engines);
  made.set(engine, schema);
  return schema;
}

/** Parses one configured cluster of one of these engines. Plain HTTP is accepted only to loopback (P7-F1). */
export function parseClusterConfig(input: unknown, engines: Engines): Result<ClusterConfig> {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
  const engine = engines.find(({ id }) => id === kind);
  const parsed = parse(cachedSchema(engine, engines), input);
  if (!parsed.ok) {
    const { path, message } = parsed.misfit;
    const field = path.length === 0 ? 'cluster' : path.join('.');
    return failure(
      refusal('PHASE7_MALFORMED_REQUEST', `The configured cluster is not valid: ${field}: ${message}.`, field),
    );
  }
  const { bareAddress, addresses } = engineOf(engines, parsed.value);
  const insecure = urlsOf(parsed.value).find(url => isInsecure(url, addresses));
  if (insecure !== undefined) return failure(insecureTransport(insecure, addresses));
  return success({
    ...parsed.value,
    endpoints: parsed.value.endpoints.map(one =>
      typeof one === 'string' ? bareAddress(one) : { ...one, url: bareAddress(one.url) },
    ),
  });
}

/** An address without TLS is allowed only on loopback, because secrets and answers travel over it. */
function isInsecure(url: string, { schemes }: Engine['addresses']): boolean {
  return schemes[schemeOf(url)]?.isPlain !== false && !isLoopback(new URL(url).hostname);
}

function insecureTransport(url: string, { schemes }: Engine['addresses']): ControlError {
  const secure = Object.keys(schemes).filter(scheme => schemes[scheme]?.isPlain === false);
  return refusal(
    'PHASE7_INSECURE_TRANSPORT',
    `${new URL(url).origin} is plain ${schemeOf(url).toUpperCase()} to another machine; only ${secure.join(' and ')} ` +
      'is accepted there. Nothing was sent.',
    'endpoints',
  );
}
