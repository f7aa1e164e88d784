/** Diagnostics: asks every configured endpoint about itself, and reads the named node's configuration and metrics. */
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import { isName, isNodeName, WITHHELD } from '../../control-plane/model/plausible.ts';
import type { CostReading } from '../../control-plane/explanation/words.ts';
import type { DiagnosticsView, Reading, Section } from '../../control-plane/model/views.ts';
import { ask, askText, readError, type Access, type Asked } from './ask.ts';
import { askInOrder, configured, findMember, notContacted, reading } from './endpoints.ts';
import { oneLine } from '../http/text.ts';
import { cannotList } from './reads.ts';
import * as schema from './schema.ts';
import { shownSample, shownValue } from './harmless.ts';
import { patroniCostWords } from './words.ts';

/** Requests that do not depend on the number of endpoints: configuration and metrics. */
const OF_THE_NODE = 2;

/** The number of requests that a collection sends, and the endpoint at which `node` answers. */
export async function declareCost(cluster: ClusterConfig, access: Access, node: string): Promise<Result<CostReading>> {
  const words = patroniCostWords(BigInt(urlsOf(cluster).length + OF_THE_NODE), node);
  const cost = { requests: BigInt(urlsOf(cluster).length + OF_THE_NODE), name: null };
  const found = await findMember(cluster, access, node);
  if (found.ok) {
    const { located, member, cluster: listed } = found.value;
    return located.endpoint === undefined
      ? failure(notContacted(cluster, member, located.why))
      : success({ ...reading({ ...listed, endpoint: located.endpoint }, cost, 'dcs', node, []), words });
  }
  // A note below names a node that nobody could list as a member. A text that does not read like a name must not be
  // repeated.
  if (!cannotList(found.error) || !isNodeName(node)) return found;
  // Without the configuration store nobody can list the members, but each endpoint still answers for itself: this is
  // when a person needs diagnostics.
  const own = await askInOrder(cluster, access, '/patroni', schema.node);
  return own.ok
    ? success({
        ...reading(own.value, cost, 'live', own.value.data.patroni?.name ?? null, [
          `Whether ${node} is a member, and at which address, could not be read: ${found.error.message}`,
        ]),
        words,
      })
    : found;
}

/**
 * Asks every configured endpoint once. An endpoint that does not answer becomes a section that says so; the collection
 * fails only if none answers.
 */
export async function collect(
  cluster: ClusterConfig,
  access: Access,
  node: string,
  declared: string,
): Promise<Result<Reading<DiagnosticsView>>> {
  const own = configured(cluster, declared);
  if (!own.ok) return own;
  const [states, config, metrics] = await Promise.all([
    Promise.all(
      urlsOf(cluster).map(async endpoint => ({
        endpoint,
        asked: await ask(access, endpoint, '/patroni', schema.anything),
      })),
    ),
    ask(access, own.value, '/config', schema.anything),
    askText(access, own.value, '/metrics'),
  ]);
  const answered = states.flatMap(({ endpoint, asked }) =>
    asked.ok ? [{ ...asked.reply, endpoint, skipped: [] }] : [],
  );
  const origin = answered.find(({ endpoint }) => endpoint === own.value) ?? answered[0];
  if (origin === undefined)
    return failure(
      states.flatMap(({ endpoint, asked }) => (asked.ok ? [] : [readError(endpoint, asked.no)]))[0] ??
        readError(own.value, {
          kind: 'failed',
          code: 'PHASE7_CONNECTION_FAILED',
          sent: false,
          reason: 'nobody was asked',
        }),
    );
  const redacted: string[] = [];
  const sections = [
    ...states.map(({ endpoint, asked }) =>
      section(`${endpoint}, GET /patroni`, asked, data => flat(data, [], redacted)),
    ),
    section(`${own.value}, GET /config`, config, data => flat(data, [], redacted)),
    section(`${own.value}, GET /metrics`, metrics, text => samples(text, redacted)),
  ];
  const other = origin.endpoint === own.value ? otherName(origin.data, node) : undefined;
  return success({
    ...reading(origin, { sections }, 'live', origin.endpoint === own.value ? (other ?? node) : null, [
      ...(other === undefined
        ? []
        : [
            `${own.value} leads to member ${other}, as that member itself reports, and not to ${node}: ` +
              `configuration and metrics are those of ${other}.`,
          ]),
      ...(redacted.length === 0
        ? []
        : [
            'Withheld, because it is not on the list of what is known to be ' +
              `harmless: ${[...new Set(redacted)].join(', ')}.`,
          ]),
    ]),
    redacted: [...new Set(redacted)],
  });
}

/** The name of the member that answered, if it tells one that is not `node`. */
function otherName({ patroni }: Readonly<Record<string, unknown>>, node: string): string | undefined {
  const name = typeof patroni === 'object' && patroni !== null && 'name' in patroni ? patroni.name : undefined;
  return typeof name === 'string' && name !== node ? oneLine(name, 200) : undefined;
}

function section<T>(name: string, asked: Asked<T>, entries: (data: T) => Section['entries']): Section {
  return {
    name,
    entries: asked.ok
      ? [{ key: 'answered at', value: asked.reply.time }, ...entries(asked.reply.data)]
      : [{ key: 'not answered', value: asked.no.reason }],
  };
}

/**
 * A JSON object as lines, nested names joined by dots. Values that are not known to be harmless are withheld, and
 * `redacted` names them.
 */
function flat(value: unknown, path: readonly string[], redacted: string[]): Section['entries'] {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, member]: readonly [string, unknown]) =>
      flat(member, [...path, key], redacted),
    );
  }
  const key = path.map(name => (isName(name) ? name : WITHHELD)).join('.');
  const shown = shownValue(path, typeof value === 'string' ? value : JSON.stringify(value));
  if (shown === WITHHELD) redacted.push(key);
  return [{ key, value: shown }];
}

/** The samples of the Prometheus text format; its comments are only explanations. */
function samples(text: string, redacted: string[]): Section['entries'] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
    .map(line => {
      const sample = shownSample(line);
      if (sample.value === WITHHELD) redacted.push(sample.key);
      return sample;
    });
}
