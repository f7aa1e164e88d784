/**
 * What has to be proven by tests, row by row. A row without a canonical test or with two fails the build, and so does a
 * tag that is no row. A test says what it proves before the first colon of its title: `P7-A2, also P7-E1: …`; what
 * stands after `also` it only touches.
 */
import { COMMAND_NAMES, commandSpec, type CommandName } from '../../src/control-plane/commands/commands.ts';
import { CONTROL_PLANE_INVARIANTS, invariant, KERNEL_INVARIANTS } from '../../src/control-plane/model/invariants.ts';

/** Something that has to be proven, by the tag that tests carry. */
export interface Rule {
  readonly tag: string;
  readonly text: string;
}

/** Rules that belong together. */
export interface Section {
  readonly title: string;
  readonly rules: readonly Rule[];
}

function rules(prefix: string, texts: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(texts).map(([name, text]) => ({ tag: `${prefix}/${name}`, text }));
}

function invariants(ids: readonly string[]): readonly Rule[] {
  return ids.map(id => {
    const { name, text } = invariant(id);
    return { tag: id, text: `**${name}.** ${text}` };
  });
}

const COMMAND_SET = rules('set', {
  closed: 'There are these ten commands and no eleventh; nothing else can be asked for, by any way in.',
  surfaces: 'The palette, the terminal and the table name the same ten.',
  authority: 'Each command needs the authority that the table says, at each of the three levels.',
  confirmation: 'Each command asks for the confirmation that the table says: none, standard or enhanced.',
  operation: 'Each command is one operation of the kernel, and its own.',
  target: 'Each command demands the target and the reason that the table says, and takes no argument beside them.',
  'reads-only': 'Inspection and diagnostic commands read; they change nothing in the kernel.',
  whole: 'A reading is whole or refused: no partial data.',
  cost: 'The cost of diagnostics is declared before they run, and confirmed.',
  overridden: 'Force names each invariant that it overrides; each is acknowledged by itself.',
  risk: 'Force shows its full risk before anything can be confirmed.',
  presentation: 'Connecting, refreshing, opening the audit log and changing authority send no control request.',
  preconditions: 'What the kernel would deny is reported, and never corrected or worked around.',
  duplicates: 'A duplicate is detected and refused.',
  errors: 'Every error belongs to one domain, carries a stable code, names an invariant and says the outcome.',
});

const FREEZE = rules('freeze', {
  'no-unconfirmed': 'Nothing is executed without a confirmation by a person.',
  'no-reuse': 'A confirmation counts once.',
  bound:
    'A confirmation counts only for what was shown: request, arguments, explanation, state, cluster and authority.',
  voided: 'A dialog or window that is gone, and a change of authority or cluster, void what was pending.',
  'authority-after-unknown':
    'After an unknown outcome Operator authority ends; the next control command needs it assumed anew.',
  'no-restored-authority': 'A session starts as Observer; authority ends with it and is never restored.',
  'no-retry': 'Nothing is sent twice: not by the control plane, not inside the HTTP and SQL clients.',
  'one-request': 'One control command is one request on one connection, and nothing follows it.',
  'seen-state':
    'The request carries the control version that the operator saw; for another state the kernel refuses it.',
  'no-background': 'Nothing runs when nobody asked: no timer, no poll, no process.',
  'kernel-identical': 'The kernel has the same history, byte for byte, with a control plane observing it and without.',
  'audit-every-attempt': 'Every attempt stands in the audit log, refused ones too, with its outcome.',
  'audit-first': 'The intent is on disk before the first byte goes out; what cannot be recorded is not sent.',
  'audit-down': 'While the log cannot be written, all ten commands are refused before any traffic.',
  'not-recorded': 'Executed but not recorded is said exactly so.',
  'append-only': 'The log is only appended to, by many writers in one chain.',
  'tamper-evident':
    'A record that is changed, missing, moved or added is found and named; with a known head also a cut log.',
  'log-without-influence': 'What the log holds never influences a command.',
  responsible: 'Who asked is recorded as asserted; without an account there is no control command.',
  verbatim: 'The kernel’s rejection is shown and recorded in its own words.',
  unknown: 'An outcome that is not known is called unknown, never guessed, and can be looked up at the node.',
  'observe-only': 'An observe-only cluster is not asked for a change, under any name and however its address is spelt.',
  addresses: 'Only configured addresses are contacted, and an answer counts only as that of the node that was asked.',
  transport: 'Beyond this machine a kernel is spoken to over verified TLS only; plain HTTP is refused there.',
  'bound-secrets': 'A secret goes only to the addresses for which it was given.',
  'only-text': 'Text of others is only text wherever it is shown: it steers no terminal and runs nothing.',
  'log-reads': 'A person’s reading of the log is recorded before it is done.',
  'never-zero':
    'A value that is not known is shown as unknown in terminal, panels, pictures and tree: never as 0 or nothing.',
  'least-safe':
    'An unknown version or mode counts as the least safe: force asks for every acknowledgement that is needed in any.',
  resumes: 'Killed at any point, the control plane completes nothing, resumes nothing and invents no record.',
  deterministic: 'The same kernel state and input give the same explanation, the same view and the same error.',
  consistent: 'A view shows one state of the kernel, or is refused.',
  'no-judgement': 'No rank, score, threshold, recommendation or preselection.',
  secrets: 'No secret is in a log, an error, a record, a view or an argument list.',
  'no-hidden-state':
    'On disk are settings, secrets in the editor’s store, the audit log and its head, and nothing else.',
  layers: 'The layers import only downwards, and only its own folder knows an engine; a violation does not pass.',
  shared: 'The host’s own HTTP client and other extensions are left as they were.',
  workspace: 'No workspace can add a cluster, weaken a confirmation, grant authority or move the log.',
  'other-extensions': 'Another extension can start a read or open a question; it cannot answer one.',
});

/** The four things that each command has to be tested for. */
export const SITUATIONS = ['success', 'validation', 'refusal', 'crash'] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Why a cell of the matrix cannot be tested; null where it must be. */
export function doesNotApply(command: CommandName, situation: Situation): string | null {
  return situation === 'refusal' && commandSpec(command).confirmation === 'none'
    ? 'only reads, so nobody is asked'
    : null;
}

/** Every cell of the matrix that applies. */
export const CELLS: readonly Rule[] = COMMAND_NAMES.flatMap(command =>
  SITUATIONS.filter(situation => doesNotApply(command, situation) === null).map(situation => ({
    tag: `${command}/${situation}`,
    text: `${command}: ${situation}`,
  })),
);

export const SECTIONS: readonly Section[] = [
  { title: 'Invariants of the control plane', rules: invariants(CONTROL_PLANE_INVARIANTS) },
  { title: 'Invariants of the kernel that explanations and denials cite', rules: invariants(KERNEL_INVARIANTS) },
  { title: 'The closed command set', rules: COMMAND_SET },
  { title: 'Freeze checklist', rules: FREEZE },
];
