/** What verification found, as text. */
import type { AuditFileVerification, AuditForm } from '../../control-plane/model/audit-file.ts';
import type { AuditPosition } from '../../control-plane/model/audit-position.ts';
import type { AuditHeadCheck, AuditVerdictKind } from '../../control-plane/model/audit-reader.ts';
import { visible } from '../../text/foreign.ts';
import type { SignatureCheck } from '../audit/signature.ts';
import { facts, paragraph, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';

const VERDICTS: Readonly<Record<AuditVerdictKind, string>> = {
  intact: 'intact',
  intact_selection: 'intact, as a part of a log',
  torn_tail: 'TORN TAIL',
  record_edited: 'RECORD EDITED',
  records_missing: 'RECORDS MISSING',
  forked: 'FORKED',
  truncated: 'TRUNCATED',
  replaced: 'REPLACED',
  export_edited: 'EXPORT EDITED',
  unreadable: 'UNREADABLE',
};

const FORMS: Readonly<Record<AuditForm, string>> = {
  log: 'Audit log',
  selection: 'Selection of an audit log',
  export_jsonl: 'Export of an audit log (JSON lines)',
  export_csv: 'Export of an audit log (CSV)',
  bundle: 'Bundle',
};

/** One verification and what is shown with it. */
export interface ToldVerdict {
  readonly path: string;
  readonly verification: AuditFileVerification;
  /** The head that was given with `--head`. */
  readonly head: AuditPosition | null;
  readonly signature: SignatureCheck | null;
  /** What else a person may try; a sentence. */
  readonly hint: string | null;
}

/** What verification found, where, and what the file was compared with. */
export function verdictText(
  { path, verification, head, signature, hint }: ToldVerdict,
  paint: Paint,
): readonly string[] {
  const { form, verdict, tolerated, heads, manifest } = verification;
  return [
    paint.strong(`${FORMS[form]}: ${VERDICTS[verdict.kind]}`),
    ...[visible(verdict.message), ...tolerated, ...(hint === null ? [] : [hint])].flatMap(text => paragraph(text, 2)),
    ...facts([
      ['File', path === '-' ? 'standard input' : visible(path)],
      ['Records', known(verdict.records)],
      ['Bytes', known(verdict.bytes)],
      ...(verdict.line === null ? [] : [['Line', known(verdict.line)] as const]),
      ...(verdict.seq === null ? [] : [['Record', known(verdict.seq)] as const]),
      ['Last proven record', verdict.head === null ? 'none' : `${verdict.head.seq} ${verdict.head.hash}`],
      ['Checked against', heldAgainst(form, head, heads[0])],
      ...saidOfItself(manifest),
      ...(signature === null ? [] : [['Signature', signatureText(signature)] as const]),
    ]),
  ];
}

function heldAgainst(form: AuditForm, head: AuditPosition | null, check: AuditHeadCheck | undefined): string {
  const alone = form === 'log' ? 'the chain alone, which cannot show that its own end was cut' : 'its own hashes alone';
  if (head === null) return alone;
  const known = `the known head ${head.seq} ${head.hash}`;
  if (form === 'log') return `the chain and ${known}`;
  return check?.found === 'missing'
    ? `${alone}: ${known} is not in this part of the log`
    : `its own hashes and ${known}`;
}

/** Who made a bundle, and from which log, according to the bundle itself. */
function saidOfItself(manifest: Readonly<Record<string, unknown>> | null): readonly Fact[] {
  const made = inner(manifest?.['made']);
  const operator = inner(made?.['operator']);
  if (made === undefined || operator === undefined) return [];
  const log = inner(manifest?.['log']);
  const verdict = inner(manifest?.['verdict']);
  return [
    [
      'Made (claimed)',
      `by ${word(operator['account'])}@${word(operator['host'])}, ${word(made['time'])} ` +
        `(clock ${word(made['clock'])}), with ${word(made['program'])}`,
    ],
    ['From (claimed)', `${word(log?.['file'])}, ${word(log?.['records'])} records: ${word(verdict?.['message'])}`],
  ];
}

function signatureText({ holds, signer, words }: SignatureCheck): string {
  return holds
    ? `holds: ${visible(signer)} signed this file. ${visible(words)}`
    : `DOES NOT HOLD for ${visible(signer)}: ${visible(words)}`;
}

function word(value: unknown): string {
  return typeof value === 'string' && value !== '' ? visible(value) : 'unknown';
}

function inner(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
