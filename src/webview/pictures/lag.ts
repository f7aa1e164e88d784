/**
 * Lag of every replica as bars, all in bytes on one scale and all in commits on one scale. What is unknown has no bar.
 */
import { html, svg, type TemplateResult } from 'lit';
import type { ReplicaProgress, Wire } from '../../control-plane/views.ts';
import { table } from '../table.ts';
import { code, number, phrase, text, type Content } from '../text.ts';
import { fraction, greatest, positions } from './scale.ts';
import { t } from '../words.ts';

const HEIGHT = 14;

/** Bars in the order of the answer; long bars mean nothing but a larger number. */
export function lagBars(
  replicas: readonly Wire<ReplicaProgress>[],
  units: 'bytes' | 'bytes and commits',
): TemplateResult {
  const both = units === 'bytes and commits';
  const bytes = greatest(positions(replicas.map(({ lagBytes }) => lagBytes))) ?? 0n;
  const commits = greatest(positions(replicas.map(({ lagCommits }) => lagCommits))) ?? 0n;
  return html`${table(
    {
      caption: t('Lag per replica'),
      columns: [
        { title: t('Replica'), width: 38 },
        { title: t('Lag in bytes'), width: 27 },
        { title: t('Bytes'), number: true, width: 14 },
        ...(both
          ? ([
              { title: t('Lag in commits'), width: 27 },
              { title: t('Commits'), number: true, width: 14 },
            ] as const)
          : []),
      ],
      count: replicas.length,
      row: (index): readonly Content[] => {
        const replica = replicas[index];
        return replica === undefined
          ? []
          : [
              replica.name === null ? code(replica.nodeId) : text(replica.name),
              bar(replica.lagBytes, bytes),
              number(replica.lagBytes),
              ...(both ? commitsOf(replica, commits) : []),
            ];
      },
    },
    '',
  )}
  <p class="muted">${
    both
      ? phrase(
          'Scale of all bars: 0 to {0} bytes, 0 to {1} commits, the largest values in this answer.',
          number(bytes.toString()),
          number(commits.toString()),
        )
      : phrase('Scale of all bars: 0 to {0} bytes, the largest values in this answer.', number(bytes.toString()))
  }</p>`;
}

function commitsOf({ lagCommits }: Wire<ReplicaProgress>, most: bigint): readonly Content[] {
  return [bar(lagCommits, most), number(lagCommits)];
}

function bar(value: string | null, most: bigint): TemplateResult {
  return html`<svg class="bar" width="100%" height=${HEIGHT} aria-hidden="true">${
    value === null
      ? svg`<rect class="bar-unknown" x="1" y="1" width="99%" height=${HEIGHT - 2}/>`
      : svg`<path class="bar-zero" d=${`M1 0V${HEIGHT}`}/><rect class="bar-value" x="1" y="2" width=${percent(fraction(BigInt(value), 0n, most))} height=${HEIGHT - 4}/>`
  }</svg>`;
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(4))}%`;
}
