/** Diagnostics: asks every configured address about itself, one statement after the other. */
import type * as z from 'zod/mini';
import { urlsOf, type ClusterConfig } from '../../control-plane/clusters/cluster.ts';
import { failure, success, type Result } from '../../control-plane/model/errors.ts';
import { WITHHELD } from '../../control-plane/model/plausible.ts';
import type { CostReading } from '../../control-plane/explanation/words.ts';
import type { DiagnosticsView, Reading, Section } from '../../control-plane/model/views.ts';
import { oneLine } from '../http/text.ts';
import { askServer, readError, reads, type Access, type Ask, type Asked, type NoReply } from './ask.ts';
import { configured, reading } from './endpoints.ts';
import { onOneLine } from './gtid.ts';
import { shownValue, STATUS, VARIABLES } from './harmless.ts';
import { addressOf } from './members.ts';
import { ownEndpoint, unwatched } from './reads.ts';
import * as schema from './schema.ts';
import { APPLIERS, CHANNELS, errorLog, GROUP, LOGGED, named, OPEN_TRANSACTIONS, STAGES, WHO } from './statements.ts';
import { mysqlCostWords } from './words.ts';

/** How many of the newest messages of a server's own log are shown. */
const SHOWN_MESSAGES = 20;

type Entries = Section['entries'];
interface Part {
  readonly name: string;
  readonly ask: (ask: Ask) => Promise<Asked<Entries>>;
}

function part<T>(name: string, statement: string, form: () => z.ZodMiniType<T>, show: (data: T) => Entries): Part {
  return {
    name,
    ask: async ask => {
      const told = await ask(statement, form);
      return told.ok ? { ok: true, data: show(told.data) } : told;
    },
  };
}

function text(value: bigint | string | null): string {
  return value === null ? 'unknown' : value.toString();
}

/** What each address is asked beside its identity; the declared cost counts these statements. */
const PARTS: readonly Part[] = [
  part('group', GROUP, schema.group, rows =>
    rows.map(row => ({
      key: `${addressOf(row.MEMBER_HOST ?? 'unknown', row.MEMBER_PORT ?? 'unknown')} ${row.MEMBER_ID}`,
      value:
        `${oneLine(row.MEMBER_STATE, 40)} ${oneLine(row.MEMBER_ROLE, 40)}, view ${text(row.VIEW_ID)}, to certify ` +
        `${text(row.certifying)}, to apply ${text(row.applying)}`,
    })),
  ),
  part('settings', named('global_variables', VARIABLES), schema.namedValues, values(VARIABLES)),
  part('counters', named('global_status', STATUS), schema.namedValues, values(STATUS)),
  part('appliers', APPLIERS, schema.appliers, rows =>
    rows.map(({ channel, worker, state, last_error: error, applying }) => ({
      key: `${oneLine(channel, 100)} ${oneLine(worker, 20)}`,
      value:
        `${text(state)}, last error ${error === 0n ? 'none' : text(error)}, ` +
        (applying === null ? 'idle' : `applying ${onOneLine(applying)}`),
    })),
  ),
  part('asynchronous channels', CHANNELS, schema.channels, rows =>
    rows.map(({ name }) => ({ key: oneLine(name, 100), value: 'runs' })),
  ),
  part('stages', STAGES, schema.stages, rows =>
    rows.map(({ stage, completed, estimated }) => ({
      key: oneLine(stage, 200),
      value: `${text(completed)} of ${text(estimated)}`,
    })),
  ),
  part('open transactions', OPEN_TRANSACTIONS, schema.openTransactions, rows =>
    rows.map(row => {
      const why = unwatched(row);
      return {
        key: 'open',
        value:
          why !== undefined
            ? `unknown: ${why}`
            : row.open === 0n
              ? '0'
              : `${row.open}, the longest for ${row.longest === null ? 'an unknown time' : `${row.longest} s`}`,
      };
    }),
  ),
  part('own log', errorLog(null), schema.errorLog, rows => [
    ...(rows.length <= SHOWN_MESSAGES
      ? []
      : [
          {
            key: 'older messages',
            value: `only the newest ${SHOWN_MESSAGES} are shown here; inspect_promotion_state shows the older ones`,
          },
        ]),
    ...rows
      .slice(0, SHOWN_MESSAGES)
      .toReversed()
      .map(({ at, code, message }) => ({
        key: `${at ?? 'unknown'} ${LOGGED.get(code) ?? oneLine(code, 20)}`,
        value: oneLine(message ?? 'unknown', 500),
      })),
  ]),
];

/** One statement more than the parts: which server answers. */
const STATEMENTS = BigInt(PARTS.length + 1);

/** Keeps only the names that were asked for: values of other names were not checked for secrets. */
function values(names: readonly string[]): (rows: readonly NamedValue[]) => Entries {
  return rows =>
    rows.filter(({ name }) => names.includes(name)).map(({ name, value }) => ({ key: name, value: shownValue(value) }));
}

interface NamedValue {
  readonly name: string;
  readonly value: string | null;
}

/** The number of statements that a collection sends, and the address at which `node` answers. */
export async function declareCost(cluster: ClusterConfig, access: Access, node: string): Promise<Result<CostReading>> {
  const statements = STATEMENTS * BigInt(urlsOf(cluster).length);
  const found = await ownEndpoint(cluster, access, node);
  if (!found.ok) return found;
  const { endpoint } = found.value;
  const who = await reads(endpoint, access, ask => askServer(ask, WHO, schema.who, null));
  if (!who.ok) return failure(readError(endpoint, who.no));
  return success({
    ...reading(found.value, who.data, { requests: statements, name: null }),
    words: mysqlCostWords(statements, STATEMENTS, node),
  });
}

interface ServerSections {
  readonly self: string;
  readonly now: string;
  readonly sections: readonly { readonly name: string; readonly told: Asked<Entries> }[];
}

/**
 * Asks every configured address. An address that does not answer becomes a section that says so; the collection fails
 * only if none answers.
 */
export async function collect(
  cluster: ClusterConfig,
  access: Access,
  node: string,
  declared: string,
): Promise<Result<Reading<DiagnosticsView>>> {
  const own = configured(cluster, declared);
  if (!own.ok) return own;
  const all = await Promise.all(
    urlsOf(cluster).map(async endpoint => ({ endpoint, asked: await collectAt(endpoint, access) })),
  );
  const answered = all.flatMap(({ endpoint, asked }) => (asked.ok ? [{ endpoint, ...asked.data }] : []));
  const origin = answered.find(({ endpoint }) => endpoint === own.value) ?? answered[0];
  if (origin === undefined) {
    const [first] = all.flatMap(({ endpoint, asked }) => (asked.ok ? [] : [{ endpoint, no: asked.no }]));
    return failure(readError(first?.endpoint ?? own.value, first?.no ?? NOBODY));
  }
  const sections = all.flatMap(({ endpoint, asked }): readonly Section[] =>
    asked.ok
      ? asked.data.sections.map(({ name, told }) => ({
          name: `${endpoint}, ${name}`,
          entries: told.ok ? told.data : [{ key: 'not answered', value: told.no.reason }],
        }))
      : [{ name: endpoint, entries: [{ key: 'not answered', value: asked.no.reason }] }],
  );
  const redacted = sections.flatMap(({ entries }) =>
    entries.filter(({ value }) => value === WITHHELD).map(({ key }) => key),
  );
  return success({
    ...reading({ endpoint: origin.endpoint }, origin, { sections }, [
      ...(origin.self === node
        ? []
        : [`${origin.endpoint} leads to server ${origin.self}, as that server itself reports, and not to ${node}.`]),
      'Statements of other sessions are not collected: they can hold values of users.',
      ...(redacted.length === 0
        ? []
        : [`Withheld, because it does not look like a harmless value: ${[...new Set(redacted)].join(', ')}.`]),
    ]),
    redacted: [...new Set(redacted)],
  });
}

const NOBODY: NoReply = {
  kind: 'failed',
  code: 'PHASE7_CONNECTION_FAILED',
  sent: false,
  reason: 'nobody was asked',
};

async function collectAt(endpoint: string, access: Access): Promise<Asked<ServerSections>> {
  return await reads<ServerSections>(endpoint, access, async ask => {
    const who = await askServer(ask, WHO, schema.who, null);
    if (!who.ok) return who;
    const { self, now } = who.data;
    const sections: ServerSections['sections'][number][] = [
      {
        name: 'server',
        told: {
          ok: true,
          data: [
            { key: 'id', value: self },
            { key: 'answered at', value: now },
          ],
        },
      },
    ];
    for (const { name, ask: askPart } of PARTS) sections.push({ name, told: await askPart(ask) });
    return { ok: true, data: { self, now, sections } };
  });
}
