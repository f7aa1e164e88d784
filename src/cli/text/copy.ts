/** How the second copy of a log compares with the log, as text. */
import type { AuditCopyVerdict } from '../../control-plane/model/audit-reader.ts';
import { visible } from '../../text/foreign.ts';
import { facts, paragraph } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';

const KINDS: Readonly<Record<AuditCopyVerdict['kind'], string>> = {
  same: 'the same',
  behind: 'behind',
  differs: 'DIFFERS',
  longer: 'LONGER THAN THE LOG',
  unreadable: 'UNREADABLE',
};

/** No lines when there is no copy. */
export function copyText(copy: AuditCopyVerdict | null, paint: Paint): readonly string[] {
  if (copy === null) return [];
  return [
    '',
    paint.strong(`Second copy: ${KINDS[copy.kind]}`),
    ...paragraph(visible(copy.message), 2),
    ...facts([
      ['File', visible(copy.path)],
      ...(copy.line === null ? [] : [['Line', known(copy.line)] as const]),
      ...(copy.behind === null ? [] : [['Records behind', known(copy.behind)] as const]),
    ]),
  ];
}
