/** Combines files of the same log (exports and copies of it), found by the hashes of their records. */
import { chainsOf, type Chain, type FileStrand } from './chains.ts';
import { isSound, type CollectedLog } from './collect.ts';
import { historyLanes } from './histories.ts';
import { compare, span, type Item, type Lane, type NamedEvidence } from './lane.ts';
import { whoOf } from './members.ts';
import type { Asked } from './model.ts';
import type { NodeNames } from './nodes.ts';
import type { KeptRecord, Run, Strand } from './strand.ts';

/** The lanes, and where two sources contradict each other. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly contradictions: readonly string[];
}

/** The logs and histories in some files. */
export function lanesOf(
  logs: readonly CollectedLog[],
  evidence: readonly NamedEvidence[],
  asked: Asked,
  names: NodeNames,
): Lanes {
  const contradictions: string[] = [];
  const ofLogs = logLanes(logs, contradictions);
  const histories = historyLanes(evidence, asked, names, contradictions);
  return { lanes: [...ofLogs, ...histories], contradictions };
}

function logLanes(logs: readonly CollectedLog[], contradictions: string[]): readonly Lane[] {
  const named = logs.flatMap(log => log.strands.map((strand): FileStrand => ({ log, strand })));
  const empty = logs.filter(({ strands }) => strands.length === 0);
  return [
    ...sameLogs(named).flatMap(strands => {
      const chains = chainsOf(strands);
      const [first] = chains;
      const label = labelOf(first?.strands ?? []);
      for (const { differs } of chains)
        if (differs !== null)
          contradictions.push(
            `Two records #${differs} of the ${label} are given, with different hashes or after different ` +
              'records: the log was forked or rewritten, or one of them is not of this log. Each is a source ' +
              'of its own.',
          );
      const listed = new Set<string>();
      return chains.map(chain => logLane(chain, listed));
    }),
    ...empty.map(
      ({ file, gaps, clocks }): Lane => ({
        kind: 'log',
        label: `log ${file.name}`,
        files: [file],
        clocks: [...clocks],
        items: [
          ...gaps.map(({ text }) => ({ is: 'gap', text }) as const),
          ...(file.form === 'log' ? [] : [{ is: 'gap', text: AFTER_A_PART } as const]),
        ],
        history: null,
      }),
    ),
  ];
}

/** Strands that are connected by hashes belong to one log, even if it was forked. */
function sameLogs(strands: readonly FileStrand[]): readonly (readonly FileStrand[])[] {
  const groups: { readonly strands: FileStrand[]; readonly hashes: Set<string> }[] = [];
  for (const each of strands) {
    const own = [...each.strand.hashes].filter(hash => hash !== NO_PREVIOUS);
    const same = groups.filter(({ hashes }) => own.some(hash => hashes.has(hash)));
    for (const group of same) groups.splice(groups.indexOf(group), 1);
    groups.push({
      strands: [...same.flatMap(group => group.strands), each],
      hashes: new Set([...same.flatMap(({ hashes }) => [...hashes]), ...own]),
    });
  }
  return groups.map(group => group.strands);
}

/** `prev` of the first record of every log. */
const NO_PREVIOUS = '0'.repeat(64);

function labelOf(strands: readonly FileStrand[]): string {
  const who = [...new Set(strands.flatMap(({ strand }) => strand.records.map(({ record }) => whoOf(record))))];
  return who.length === 0
    ? `log ${[...new Set(strands.map(({ log }) => log.file.name))].join(', ')}`
    : `log of ${who.slice(0, 3).join(', ')}`;
}

/** `listed`: the hashes of all records that already stand in a lane of the same log. */
function logLane({ strands, forksAfter }: Chain, listed: Set<string>): Lane {
  const records = new Map<string, KeptRecord>();
  let fork: KeptRecord | undefined;
  for (const kept of strands.flatMap(({ strand }) => strand.records)) {
    const known = records.get(kept.hash);
    // Another file of the same log may reach further and hold the outcome.
    if (known !== undefined) {
      known.isOpen &&= kept.isOpen;
      known.end ??= kept.end;
    } else if (!listed.has(kept.hash)) records.set(kept.hash, kept);
    else if (fork === undefined || fork.seq < kept.seq) fork = kept;
  }
  for (const hash of records.keys()) listed.add(hash);
  const sorted = [...records.values()].sort((a, b) => compare(a.seq, b.seq));
  const missing = holes(strands.map(({ strand }) => strand)).filter(({ from }) => from > forksAfter);
  const told = strands.flatMap(({ strand }) => strand.gaps).filter(({ after }) => after >= forksAfter);
  const gaps = [
    ...new Map(told.map(gap => [`${gap.after} ${gap.text}`, gap])).values(),
    ...missing.map(({ from, to, isWithheld }) => ({
      after: from - 1n,
      text: `${span('Record', from, to)} ${isWithheld ? 'withheld in what was given' : 'not in what was given'}.`,
    })),
  ].sort((a, b) => compare(a.after, b.after));
  const files = [...new Set(strands.map(({ log }) => log))];
  const whole = files.filter(({ file }) => file.form === 'log');
  const missingTo = whole.some(({ file }) => isSound(file)) ? (missing.at(-1)?.to ?? 0n) : null;
  return {
    kind: 'log',
    label: labelOf(strands),
    files: files.map(({ file }) => file),
    clocks: [...new Set(files.flatMap(({ clocks }) => [...clocks]))],
    items: [
      ...interleaved(sorted, gaps, missingTo),
      ...(whole.length > 0 ? [] : [{ is: 'gap', text: AFTER_A_PART } as const]),
    ],
    history: null,
    ...(fork === undefined ? {} : { forkOf: fork.hash }),
  };
}

const AFTER_A_PART = 'Only parts of this log were given: they do not show whether it goes on.';

/** `missingTo`: up to this number some records were not given; `null`: unknown. */
function interleaved(
  records: readonly KeptRecord[],
  gaps: readonly { readonly after: bigint; readonly text: string }[],
  missingTo: bigint | null,
): readonly Item[] {
  const items: Item[] = [];
  let next = 0;
  const gapsBefore = (seq: bigint | null): void => {
    for (let gap = gaps[next]; gap !== undefined && (seq === null || gap.after < seq); gap = gaps[next]) {
      items.push({ is: 'gap', text: gap.text });
      next += 1;
    }
  };
  for (const kept of records) {
    gapsBefore(kept.seq);
    items.push({ is: 'record', kept });
    if (kept.isOpen)
      items.push({
        is: 'gap',
        text:
          `After the intent #${kept.seq} nothing ` +
          `${missingTo === null || kept.seq < missingTo ? 'that was given' : 'in this log'} says ` +
          `what came of request ${String(kept.record['request_id'])}: its outcome is unknown.`,
      });
  }
  gapsBefore(null);
  return items;
}

/** Numbers that no file of a log holds, between the first and the last held number. */
function holes(strands: readonly Strand[]): readonly (Run & { readonly isWithheld: boolean })[] {
  const held = union(strands.flatMap(({ held: own }) => own));
  const withheld = union(strands.flatMap(({ withheld: own }) => own));
  const all = union([...held, ...withheld]);
  const first = all[0]?.from ?? 1n;
  const found: (Run & { readonly isWithheld: boolean })[] =
    first > 1n ? [{ from: 1n, to: first - 1n, isWithheld: false }] : [];
  let next = first;
  for (const run of [...held, { from: (all.at(-1)?.to ?? 0n) + 1n, to: 0n }]) {
    if (run.from > next)
      found.push({
        from: next,
        to: run.from - 1n,
        isWithheld: withheld.some(({ from, to }) => from <= next && to >= run.from - 1n),
      });
    if (run.to >= next) next = run.to + 1n;
  }
  return found;
}

function union(runs: readonly Run[]): readonly Run[] {
  const merged: Run[] = [];
  for (const { from, to } of [...runs].sort((a, b) => compare(a.from, b.from))) {
    const last = merged.at(-1);
    if (last === undefined || from > last.to + 1n) merged.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return merged;
}
