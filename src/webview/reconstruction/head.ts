/**
 * What surrounds the timeline: title and actions, contradictions and missing records, what was given, and the sources.
 */
import { html, nothing, type TemplateResult } from 'lit';
import '@vscode-elements/elements/dist/vscode-button/index.js';
import type { AddedEvidence, ReconstructionFacts } from '../../panel-protocol/reconstruction.ts';
import type { Source } from '../../reconstruction/model.ts';
import { isIntact, verdictOf } from '../audit/head.ts';
import type { Post } from '../frame.ts';
import { outcomeShape } from '../shapes.ts';
import { code, phrase, text, time } from '../text.ts';
import { t } from '../words.ts';

const FACTS_ONLY = t('Facts from the given sources: no cause, no blame, no advice. Nobody was contacted for this.');

/** Title and actions. */
export function reconstructionHeading(title: string, { made }: ReconstructionFacts, post: Post): TemplateResult {
  return html`<header>
    <div class="names"><h1 tabindex="-1">${text(title)}</h1><p class="muted">${FACTS_ONLY}</p></div>
    <div class="actions">
      ${button('codicon-add', t('Add File…'), () => post({ type: 'reconstruction-add-file' }))}
      ${button('codicon-history', t('Read History of a Node…'), () => post({ type: 'reconstruction-read-history' }))}
      ${button('codicon-refresh', t('Reconstruct Again'), () => post({ type: 'refresh' }))}
      ${button('codicon-save', t('Save as HTML…'), () => post({ type: 'reconstruction-save-html', made }))}
      ${button('codicon-copy', t('Copy as JSON'), () => post({ type: 'copy' }))}
    </div>
  </header>`;
}

function button(icon: string, label: string, pressed: () => void): TemplateResult {
  return html`<vscode-button secondary @click=${pressed}><span slot="content-before" class="codicon ${icon}"
        aria-hidden="true"></span>${label}</vscode-button>`;
}

/** Contradictions and what is missing; they come first. */
export function problems({ notRecorded, contradictions, missing, sources }: ReconstructionFacts): TemplateResult {
  const isWhole = sources.every(({ files }) =>
    files.every(({ verdict }) => verdict === 'unverifiable' || isIntact(verdict)),
  );
  return html`
    ${
      notRecorded === null
        ? nothing
        : html`<p role="alert" class="audit-not-recorded"><strong>${t('This reading is not recorded.')}</strong>
      ${text(notRecorded)}</p>`
    }
    ${
      isWhole ? nothing : html`<p class="unsound"><strong>${t('Not every file is intact.')}</strong> ${SEE_SOURCES}</p>`
    }
    ${list(t('Contradictions'), contradictions)}
    ${list(t('What is missing'), missing)}`;
}

const SEE_SOURCES = t('Only the intact parts are used; the sources below say where each file breaks.');

function list(title: string, items: readonly string[]): TemplateResult | typeof nothing {
  return items.length === 0
    ? nothing
    : html`<section class="problem"><h2>${title}</h2>
      <ul>${items.map(item => html`<li>${text(item)}</li>`)}</ul></section>`;
}

/** The given sources, a button to remove each one that the person added, and the command line for the same result. */
export function given({ log, evidence, command, made, madeAt }: ReconstructionFacts, post: Post): TemplateResult {
  const unsaved = evidence.some(({ file }) => file === null);
  return html`<section class="given" aria-labelledby="given-title">
    <h2 id="given-title">${t('Made from')}</h2>
    <ul class="plain">
      <li><span class="given-name">${code(log)} <span class="muted">${t('the log of this machine')}</span></span></li>
      ${evidence.map((each, at) => html`<li>${added(each, at, made, post)}</li>`)}
    </ul>
    <p class="muted">${phrase('Made at {0} by the clock of this editor.', time(madeAt))}</p>
    <p class="audit-command"><span class="muted">${t('The same in a terminal:')}</span> ${code(command)}</p>
    ${unsaved ? html`<p class="muted">${UNSAVED}</p>` : nothing}
  </section>`;
}

const UNSAVED = t(
  'An answer that was read here is in no file until you save it as evidence. Until then, the command ' +
    'line above leaves it out.',
);

function added({ name, file, is }: AddedEvidence, at: number, made: number, post: Post): TemplateResult {
  return html`<span class="given-name">${code(name)} ${
    is === 'reading'
      ? html`<span class="muted">${t('read from here')}${file === null ? nothing : html`, ${text(file)}`}</span>`
      : nothing
  }</span>
    <span class="actions">
      ${
        is === 'reading' && file === null
          ? html`<vscode-button secondary
        @click=${() => post({ type: 'reconstruction-save-evidence', made, evidence: at })}
        >${t('Save as Evidence…')}</vscode-button>`
          : nothing
      }
      <vscode-button secondary aria-label=${t('Leave out {0}', name)}
        @click=${() => post({ type: 'reconstruction-remove', made, evidence: at })}>${t('Leave Out')}</vscode-button>
    </span>`;
}

/** Each source with its files and their verdicts. */
export function sourceList(sources: readonly Source[]): TemplateResult {
  return html`<section class="sources" aria-labelledby="sources-title">
    <h2 id="sources-title">${t('Sources')}</h2>
    ${sources.map(
      ({ id, label, files, clocks, entries }) => html`<h3>${id}: ${text(label)}</h3>
    <p class="muted">${
      entries === 1
        ? phrase('1 entry, by the clock {0}.', text(clocks.join(', ')))
        : phrase('{0} entries, by the clock {1}.', String(entries), text(clocks.join(', ')))
    }</p>
    <ul class="plain">${files.map(file => html`<li>${fileLine(file)}</li>`)}</ul>`,
    )}
  </section>`;
}

/** A kernel's answer contains no chain, so verification can neither confirm nor refute it. */
const UNVERIFIABLE = html`<span class="verdict-word">${outcomeShape('unchecked')}
  <strong>${t('Not verifiable.')}</strong></span>`;

function fileLine({ name, form, verdict, message, tolerated }: Source['files'][number]): TemplateResult {
  const told = [message, ...tolerated].filter(sentence => sentence !== '');
  const shown = verdict === 'unverifiable' ? UNVERIFIABLE : verdictOf(verdict);
  return html`${shown} ${code(name)} <span class="muted">(${text(form)})</span> ${told.map(
    sentence => html`${text(sentence)} `,
  )}`;
}
