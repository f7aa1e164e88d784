/** Earlier readings of this window, for comparison with later ones. They stay in memory and end with the window. */
import * as vscode from 'vscode';
import { comparison } from '../control-plane/model/compare.ts';
import type { ClusterLabel, KeptReading } from '../panel-protocol/panels.ts';
import type { Panels } from './panels.ts';
import { pick } from './surfaces.ts';

/** How many readings of one subject are kept. */
const MOST_KEPT = 20;

/** What was read: one command of one cluster and node. */
export interface Subject {
  readonly key: string;
  readonly title: string;
  readonly cluster: ClusterLabel;
}

export class Comparisons {
  readonly #kept = new Map<string, readonly KeptReading[]>();
  readonly #panels: Panels;

  constructor(panels: Panels) {
    this.#panels = panels;
  }

  /** Keeps a reading. Returns a function that compares it with an earlier one; `undefined` when there is none. */
  keep(subject: Subject, reading: KeptReading): (() => void) | undefined {
    const earlier = this.#kept.get(subject.key) ?? [];
    this.#kept.set(subject.key, [...earlier, reading].slice(-MOST_KEPT));
    return earlier.length === 0 ? undefined : () => void this.#compare(subject, reading, earlier);
  }

  async #compare({ key, title, cluster }: Subject, after: KeptReading, earlier: readonly KeptReading[]): Promise<void> {
    const compared = vscode.l10n.t('Compare: {0}', title);
    const items = earlier.toReversed().map(reading => ({
      reading,
      label: reading.source.observed.time,
      description: vscode.l10n.t('read from {0}', reading.document.observer?.name ?? reading.source.endpoint),
      detail: recordedText(reading),
    }));
    const placeHolder = vscode.l10n.t('Earlier readings of this window, the newest first');
    const picked = await pick(items, { title: compared, placeHolder });
    if (picked === undefined) return;
    const before = picked.reading;
    const differences = comparison(before.document, after.document);
    this.#panels.show(`compare/${key}`, {
      title: compared,
      panel: { kind: 'comparison', title: compared, cluster, before, after, differences },
    });
  }
}

function recordedText({ recorded }: KeptReading): string {
  return 'seq' in recorded
    ? vscode.l10n.t('recorded as #{0}', recorded.seq)
    : vscode.l10n.t('not recorded: {0}', recorded.notRecorded);
}
