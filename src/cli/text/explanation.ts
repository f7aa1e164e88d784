/**
 * The explanation before a confirmation, whole, as text. It states facts; it promises and recommends nothing (P7-A3).
 */
import { operatorText } from '../../control-plane/commands/operator.ts';
import type { ConfirmationPrompt } from '../../control-plane/ports.ts';
import { visible } from '../../text/foreign.ts';
import { changeTable, provenance, sectionTexts } from './document.ts';
import { facts, paragraph, shellLine, WIDTH, wrap, type Fact } from './layout.ts';
import type { Paint } from './paint.ts';
import { known } from './safe.ts';

/** "local (production)": how a cluster is named wherever it is named. */
export function clusterText({
  name,
  environment,
}: {
  readonly name: string;
  readonly environment: string | null;
}): string {
  return environment === null ? visible(name) : `${visible(name)} (${visible(environment)})`;
}

/** All that the person consents to or declines. Force does not look like the others. */
export function explanationText(
  { explanation, document, operator, requestId }: ConfirmationPrompt,
  paint: Paint,
): readonly string[] {
  const forced = explanation.command === 'force_promotion';
  const rule = (forced ? '!' : '=').repeat(WIDTH);
  const { kernel, cost } = explanation;
  const mark = kernel?.decision === null ? 'NOT CHECKED BY THE ENGINE. ' : 'OVERRIDDEN. ';
  const { terms } = document;
  return [
    rule,
    ...wrap(
      `${clusterText(explanation.cluster)}: ${forced ? 'FORCE PROMOTION' : explanation.title} ` +
        `of ${known(explanation.target.name)}`,
      WIDTH,
    ).map(paint.strong),
    rule,
    ...section('What is asked', paint, [
      ...paragraph(visible(explanation.action), 2),
      ...facts([
        ['Operator', visible(operatorText(operator))],
        ['Reason', explanation.reason === null ? 'none given' : visible(explanation.reason)],
        ['Request', requestId],
      ]),
    ]),
    ...section('Where this was read', paint, provenance(explanation.source, { terms })),
    ...(explanation.changes.length === 0
      ? []
      : section(
          'What changes if the kernel executes it',
          paint,
          changeTable(explanation.changes, kernel?.members ?? []),
        )),
    ...section(
      'Consequences',
      paint,
      facts(explanation.consequences.map(({ scope, text }): Fact => [scope, visible(text)])),
    ),
    ...(cost === null
      ? []
      : section(
          'Declared cost',
          paint,
          facts(
            'requests' in cost
              ? [['Requests', known(cost.requests)]]
              : [
                  ['Files to read', known(cost.files)],
                  ['Bytes to read', known(cost.bytes)],
                ],
          ),
        )),
    ...(explanation.facts.length === 0
      ? []
      : section(
          'What the engine reports',
          paint,
          facts(
            explanation.facts.map(
              ({ name, value, origin }): Fact => [
                visible(name),
                origin === null
                  ? visible(value)
                  : `${visible(value)} (read from ${visible(origin.endpoint)} at ${visible(origin.time)})`,
              ],
            ),
          ),
        )),
    ...(kernel === null
      ? []
      : [
          ...section(
            kernel.decision === null ? "The engine's checks" : "The kernel's checks, asked beforehand",
            paint,
            [
              ...facts([
                [
                  'Answer',
                  kernel.decision === null
                    ? 'not asked beforehand: this engine has no dry run'
                    : kernel.decision === 'approve'
                      ? 'approve'
                      : `deny (${known(kernel.reason)})`,
                ],
                ...(terms.epoch === null ? [] : [[terms.epoch.name.label, known(kernel.epoch)] as const]),
                [terms.primary.label, kernel.primaryId === null ? 'none known' : known(kernel.primaryId)],
                [
                  'Control version',
                  terms.countsControlVersions ? known(kernel.controlVersion) : 'this engine has none',
                ],
              ]),
              ...kernel.checks.flatMap(check => [
                '',
                ...paragraph(
                  `${check.result === 'unchecked' ? 'not checked by the engine' : check.result}: ${known(check.id)} ` +
                    `(${known(check.invariant)})`,
                  2,
                ),
                ...facts(
                  [
                    ['observed', known(check.observed)],
                    ['rule', known(check.message)],
                  ],
                  4,
                ),
              ]),
            ],
          ),
          ...sectionTexts(document).flatMap(({ title, lines }) => section(title ?? '', paint, lines)),
        ]),
    ...section(
      'Invariants',
      paint,
      facts(
        explanation.invariants.map(
          ({ id, name, text, overridden }): Fact => [
            visible(id),
            `${overridden ? mark : ''}${visible(name)}: ${visible(text)}`,
          ],
        ),
      ),
    ),
    ...section('Can it be undone?', paint, paragraph(visible(explanation.undo), 2)),
    ...section(
      'The kernel may reject it',
      paint,
      explanation.rejection.flatMap(text => paragraph(visible(text), 2)),
    ),
    ...section('What protects what was read', paint, paragraph(visible(explanation.protection), 2)),
    ...section('The command line that asks for the same', paint, shellLine(visible(explanation.commandLine), 2)),
    rule,
  ];
}

function section(title: string, paint: Paint, lines: readonly string[]): readonly string[] {
  return ['', paint.strong(title), ...lines];
}
