/**
 * Rows and answer sheets in the form that a panel shows. What a log or a kernel says is foreign text: it is sent as
 * plain text, and long texts are cut so that the panel stays readable. The HTML file and the copied JSON have
 * everything.
 */
import type { AuditReview } from '../control-plane/model/audit-reader.ts';
import type { ReconstructionMessage, ReconstructionRow, SheetHead } from '../panel-protocol/reconstruction.ts';
import type { CollectedLog } from '../reconstruction/collect.ts';
import { itemsOf, memberOf, textOf } from '../reconstruction/members.ts';
import type { AnswerSheet, Entry } from '../reconstruction/model.ts';
import { sheetFacts, targetOf } from '../reconstruction/sheet-facts.ts';
import { shownExplanation } from './recorded-explanation.ts';

const MOST_CHARACTERS = 20_000;
/** Most links of one entry to earlier entries. Only an entry that follows a whole log has more. */
const MOST_LINKS = 200;

/**
 * One row, and whether a rule stands above it: everything above the rule is proven to be earlier than everything below.
 */
export function reconstructionRow(entry: Entry, before: Entry | undefined): ReconstructionRow {
  return {
    entry: { ...entry, text: clipped(entry.text), after: entry.after.slice(0, MOST_LINKS) },
    isRule: before !== undefined && before.block < entry.block,
  };
}

/** A request in the list of sheets. */
export function sheetHead(sheet: AnswerSheet): SheetHead {
  const { requestId, command, who, outcome, disagreements } = sheet;
  return { requestId, command, target: targetOf(sheet), who, outcome, disagreements: disagreements.length };
}

/** A sheet, and the members in its explanation with everything that the engine said about them. */
interface AskedSheet {
  readonly made: number;
  readonly at: number;
  readonly sheet: AnswerSheet;
  readonly members: readonly unknown[];
}

/** One answer sheet, complete. */
export async function sheetMessage(
  { made, at, sheet, members }: AskedSheet,
  describe: AuditReview['describe'],
): Promise<ReconstructionMessage> {
  const { explanation, explanationDigest } = sheet;
  return {
    type: 'reconstruction',
    part: 'sheet',
    made,
    sheet: at,
    facts: sheetFacts(sheet).map(({ label, lines }) => ({ label, lines: lines.map(clipped) })),
    explanation: await shownExplanation(explanation, members, explanationDigest, describe),
  };
}

/**
 * The members in the recorded explanations, for each request. When a request has several explanations, the last one
 * counts.
 */
export function membersExplained(logs: readonly CollectedLog[]): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    logs.flatMap(({ records }) =>
      records.flatMap(({ record }) => {
        const request = textOf(record, 'request_id');
        return request === null || record['stage'] !== 'explanation_presented'
          ? []
          : [[request, itemsOf(memberOf(memberOf(record, 'explanation'), 'kernel'), 'members')] as const];
      }),
    ),
  );
}

function clipped(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
