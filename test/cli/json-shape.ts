/**
 * What `--json` prints, described. docs/terminal.schema.json is written from here (`npm run docs`), a
 * test holds the two together, and every live document in these tests is parsed with it: a member more or less is a
 * failure.
 */
import * as z from 'zod';
import { COMMAND_NAMES } from '../../src/control-plane/commands/commands.ts';
import { ENGINES } from '../../src/engines/registry.ts';
import { reconstructionShape } from './json-reconstruction.ts';

const decimal = z.string().regex(/^\d+$/).describe('A 64-bit number as a decimal string.');
function maybe<T extends z.ZodType>(schema: T): z.ZodNullable<T> {
  return schema.nullable();
}
const format = z.literal('aerodb-control/1');
const exitCode = z.int().min(0).max(9).describe('The exit code of the process.');
const command = z.enum(COMMAND_NAMES);

const cluster = z
  .strictObject({ name: z.string(), kind: z.enum(ENGINES.map(({ id }) => id)), environment: maybe(z.string()) })
  .describe("The cluster as configured; environment is the operator's own label.");
const position = z.strictObject({ seq: decimal, hash: z.string().regex(/^[0-9a-f]{64}$/) });
const recorded = z
  .union([
    position,
    z.strictObject({ notRecorded: z.string().describe('Why the end of the command could not be recorded.') }),
  ])
  .describe('Where the end of the command stands in the audit log.');
const observed = z
  .strictObject({
    snapshot: z.string(),
    commitId: maybe(decimal),
    controlVersion: maybe(decimal),
    nodeId: maybe(z.string()),
    time: z.string(),
    clock: z.string(),
  })
  .describe(
    'From which node, at which state and time, by whose clock. Patroni and MySQL have neither commit ids nor ' +
      'control versions: there both are null.',
  );

/** Of one member of a MySQL group, in transactions. */
const queues = { certifying: maybe(decimal), applying: maybe(decimal), applied: maybe(decimal) };
const gtids = z
  .strictObject({ executed: maybe(z.string()), received: maybe(z.string()), notApplied: maybe(z.string()) })
  .describe('GTID sets of a MySQL server, as it writes them; notApplied: received but not executed.');

const member = z.strictObject({
  nodeId: z.string(),
  name: z.string(),
  apiUrl: maybe(z.string()),
  role: z.enum(['primary', 'replica', 'unknown']),
  replicationState: z.string(),
  haltReason: maybe(z.string()),
  health: z.enum(['running', 'halted', 'unknown']),
  healthBasis: z.string(),
  durableOffset: maybe(decimal),
  durableCommitId: maybe(decimal),
  lagBytes: maybe(decimal),
  lagCommits: maybe(decimal),
  lastContact: maybe(z.string()),
  patroni: z
    .strictObject({
      role: z.string(),
      timeline: maybe(decimal),
      written: maybe(decimal),
      received: maybe(decimal),
      replayed: maybe(decimal),
      receiveLag: maybe(decimal).exactOptional(),
      replayLag: maybe(decimal).exactOptional(),
      marks: maybe(z.string()),
    })
    .exactOptional()
    .describe(
      'For members of a Patroni cluster: its own word for the role, and WAL positions and lags in bytes; ' +
        'receiveLag and replayLag only where Patroni tells them apart.',
    ),
  mysql: z
    .strictObject({ role: z.string(), version: maybe(z.string()), ...queues })
    .exactOptional()
    .describe(
      'For members of a MySQL group: its own word for the role, and how many transactions wait to be certified, wait ' +
        'to be applied, and were applied.',
    ),
});
const section = z.strictObject({
  name: z.string(),
  entries: z.array(z.strictObject({ key: z.string(), value: z.string() })),
});
const sections = z
  .array(section)
  .exactOptional()
  .describe('What a Patroni or MySQL node says in addition, in its own words.');
const event = z.strictObject({
  seq: decimal,
  type: z.string(),
  time: maybe(z.string()),
  epoch: maybe(decimal).describe('Null where the engine counts none.'),
  requestId: maybe(z.string()),
  nodeId: maybe(z.string()),
  mode: maybe(z.string()),
  operator: maybe(z.string()),
  reason: maybe(z.string()),
  auditHead: maybe(z.strictObject({ seq: decimal, hash: z.string() })),
  fields: z.record(z.string(), z.unknown()).describe('As the kernel sent them.'),
});

/** Which part of a list a view holds: all of it only where neither an older nor a newer one begins. */
function part<T extends z.ZodType>(
  place: T,
): Readonly<Record<'nextBefore' | 'nextAfter', z.ZodNullable<T>>> & {
  readonly total: z.ZodNullable<typeof decimal>;
} {
  return {
    nextBefore: maybe(place).describe('What is older is shown with --node NODE --before this; null: nothing is.'),
    nextAfter: maybe(place).describe('Not null: the newest are not in this answer.'),
    total: maybe(decimal).describe('How many there are in all; null: unknown.'),
  };
}

const views = {
  inspect_cluster_state: z.strictObject({
    clusterId: maybe(z.string()),
    name: maybe(z.string()),
    epoch: maybe(decimal),
    primaryId: maybe(z.string()),
    members: z.array(member),
    groupView: maybe(z.string()).exactOptional().describe('MySQL: VIEW_ID; null outside of a group.'),
  }),
  inspect_node: z.strictObject({
    member,
    source: z.enum(['self', 'reported']),
    epoch: maybe(decimal),
    sections,
    gtids: maybe(gtids).exactOptional().describe('MySQL: null where the node did not answer itself.'),
  }),
  inspect_replication_status: z.strictObject({
    primaryId: maybe(z.string()),
    epoch: maybe(decimal),
    committedOffset: maybe(decimal),
    replicas: z.array(
      z.strictObject({
        nodeId: z.string(),
        name: maybe(z.string()),
        state: z.string(),
        haltReason: maybe(z.string()),
        receivedOffset: maybe(decimal),
        appliedOffset: maybe(decimal),
        acknowledgedOffset: maybe(decimal),
        lagBytes: maybe(decimal),
        lagCommits: maybe(decimal),
        lastAcknowledgedAt: maybe(z.string()),
        receiveLag: maybe(decimal).exactOptional(),
        replayLag: maybe(decimal).exactOptional(),
        certifying: queues.certifying.exactOptional(),
        applying: queues.applying.exactOptional(),
        applied: queues.applied.exactOptional(),
      }),
    ),
    progress: z
      .array(
        z.strictObject({
          nodeId: z.string(),
          name: z.string(),
          executed: maybe(decimal),
          notApplied: maybe(decimal),
          at: maybe(z.string()),
          unknown: maybe(z.string()).describe('Why it did not report them itself; null: it did.'),
        }),
      )
      .exactOptional()
      .describe('MySQL: how many transactions each member has executed, and received but not applied.'),
    gtids: gtids.exactOptional(),
    committedByAll: maybe(z.string())
      .exactOptional()
      .describe('MySQL: what every member has committed, as the group last reported it.'),
  }),
  inspect_promotion_state: z.strictObject({
    state: z.string(),
    pendingNodeId: maybe(z.string()),
    epoch: maybe(decimal),
    lastAttempt: maybe(
      z.strictObject({
        requestId: z.string(),
        kind: z.string(),
        mode: maybe(z.string()),
        target: z.string(),
        outcome: maybe(z.string()),
        denial: maybe(z.strictObject({ reason: z.string(), invariant: z.string() })),
      }),
    ),
    events: z.array(event),
    ...part(decimal),
    unreadable: decimal.exactOptional().describe('Events of this part that could not be read; absent: none.'),
    request: maybe(
      z.strictObject({
        requestId: z.string(),
        known: z.boolean(),
        outcome: maybe(z.string()),
        code: maybe(z.string()),
      }),
    ),
  }),
  run_diagnostics: z.strictObject({ sections: z.array(section) }),
  inspect_wal: z.strictObject({
    segments: maybe(
      z.array(
        z.strictObject({
          id: z.string(),
          firstOffset: decimal,
          endOffset: decimal,
          bytes: decimal,
          checksum: maybe(z.string()),
        }),
      ),
    ).describe('null: not visible, which is not the same as none.'),
    appendOffset: maybe(decimal),
    durableOffset: maybe(decimal),
    oldestOffset: maybe(decimal),
    truncationOffset: maybe(decimal),
    totalBytes: maybe(decimal),
    checksumStatus: z.enum(['valid', 'invalid', 'unchecked']),
    verifiedToOffset: maybe(decimal),
    checkpoints: maybe(
      z.array(z.strictObject({ id: z.string(), commitId: maybe(decimal), offset: maybe(decimal) })),
    ).describe('null: the answer does not say, which is not the same as none.'),
    ...part(z.string()),
    sections,
    binaryLogs: z
      .array(z.strictObject({ name: z.string(), bytes: maybe(decimal), encrypted: maybe(z.string()) }))
      .exactOptional()
      .describe('MySQL: the files of the binary log.'),
  }),
  inspect_snapshots: z.strictObject({
    items: z.array(
      z.strictObject({
        kind: z.enum(['snapshot', 'checkpoint']),
        id: z.string(),
        commitId: maybe(decimal),
        walFirstOffset: maybe(decimal),
        walEndOffset: maybe(decimal),
        createdAt: maybe(z.string()),
        durable: maybe(z.boolean()),
        source: maybe(z.string()),
      }),
    ),
    ...part(z.string()),
    sections,
  }),
};

const end = { requestId: z.uuid(), recorded, exitCode };
const where = {
  observed,
  endpoint: z.string(),
  skipped: z.array(z.strictObject({ endpoint: z.string(), reason: z.string() })),
  isChosen: z
    .literal(true)
    .exactOptional()
    .describe('Only this endpoint was asked, because a person chose it (--from).'),
  notes: z.array(z.string()),
};

const answered = z
  .union(
    (Object.keys(views) as readonly (keyof typeof views)[]).map(name =>
      z.strictObject({
        format,
        kind: z.literal('answered'),
        command: z.literal(name),
        cluster: maybe(cluster),
        view: views[name],
        ...where,
        ...end,
      }),
    ),
  )
  .describe('A read was answered.');

const executed = z
  .strictObject({
    format,
    kind: z.literal('executed'),
    command,
    cluster: maybe(cluster),
    target: z.strictObject({ nodeId: z.string(), name: z.string() }),
    execution: z.strictObject({
      sentence: z.string(),
      changes: z.array(
        z.strictObject({
          component: z.string(),
          nodeId: maybe(z.string()),
          before: maybe(z.string()),
          after: maybe(z.string()),
        }),
      ),
      events: z.array(event),
      epoch: maybe(decimal),
      controlVersion: maybe(decimal),
    }),
    ...end,
  })
  .describe('The kernel says that it executed the request.');

const error = z.strictObject({
  domain: z.enum(['OPERATOR_INPUT', 'VALIDATION_ERROR', 'KERNEL_REJECTION', 'TRANSPORT_ERROR']),
  code: z.string(),
  message: z.string(),
  invariants: z.array(z.string()),
  outcome: z.enum(['executed', 'not_executed', 'unknown']),
  known: maybe(z.string()).describe(
    "What is known beside the kernel's words, where they leave the outcome unknown or speak of another delivery " +
      'of the request.',
  ),
  field: maybe(z.string()),
  kernel: maybe(
    z.strictObject({
      status: z.int().nullable().describe('Of HTTP; null where the kernel was not asked over HTTP.'),
      body: z.string().describe("The kernel's answer, byte for byte."),
      details: z.unknown(),
    }),
  ),
});

const failed = z
  .strictObject({
    format,
    kind: z.literal('failed'),
    command: maybe(z.string()),
    cluster: maybe(cluster),
    target: maybe(z.string()),
    error,
    authorityEnded: maybe(recorded).describe(
      'Where it is recorded that Operator authority ended with this request, because its outcome is unknown.',
    ),
    requestId: maybe(z.uuid()),
    recorded: maybe(recorded),
    exitCode,
  })
  .describe('The command ended without success; error.outcome says what is proven.');

const verdict = z
  .strictObject({
    format,
    kind: z.literal('audit_verdict'),
    path: z.string(),
    exitCode,
    verdict: z.strictObject({
      kind: z.enum([
        'intact',
        'intact_selection',
        'torn_tail',
        'record_edited',
        'records_missing',
        'forked',
        'truncated',
        'replaced',
        'export_edited',
        'unreadable',
      ]),
      message: z.string(),
      line: maybe(decimal),
      seq: maybe(decimal),
      records: decimal,
      bytes: decimal,
      head: maybe(position),
    }),
    form: z
      .enum(['log', 'selection', 'export_jsonl', 'export_csv', 'bundle'])
      .describe('How the file holds records of a log.'),
    heads: z
      .array(z.strictObject({ head: position, found: z.enum(['held', 'different', 'missing']), line: maybe(decimal) }))
      .describe('What became of each head that was given.'),
    tolerated: z.array(z.string()).describe('What was done to the file on its way without touching a record.'),
    manifest: maybe(z.record(z.string(), z.unknown())).describe('What an export or a bundle says of itself.'),
    signature: maybe(z.strictObject({ holds: z.boolean(), signer: z.string(), words: z.string() })).describe(
      'Whether the signature that was given holds, with what ssh-keygen says of it.',
    ),
    copy: maybe(
      z.strictObject({
        path: z.string(),
        kind: z.enum(['same', 'behind', 'differs', 'longer', 'unreadable']),
        message: z.string(),
        line: maybe(decimal),
        behind: maybe(decimal),
      }),
    ).describe('How the second copy of the log stands to it; null where there is none.'),
  })
  .describe('What verifying an audit log, or a file that holds records of one, found.');

const auditRecord = z
  .strictObject({
    format,
    kind: z.literal('audit_record'),
    line: decimal,
    record: maybe(z.record(z.string(), z.unknown())),
    text: z.string().exactOptional(),
  })
  .describe('One line of the audit log; one document per line.');

/** One document on standard output of `aerodb-control --json`. */
export const document = z
  .union([answered, executed, failed, verdict, auditRecord, reconstructionShape(format, exitCode)])
  .meta({
    title: 'aerodb-control --json',
    description:
      'What aerodb-control prints to standard output with --json. Members are always present; null means unknown ' +
      'or none.',
  });

export type Document = z.infer<typeof document>;

/** The description as JSON Schema, as it stands in docs/. */
export function jsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(document), null, 2)}\n`;
}
