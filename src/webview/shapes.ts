/**
 * Small drawings that mean the same as the word beside them. The shape carries the meaning, the colour only supports
 * it.
 */
import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { CheckResult, Health, Role } from '../control-plane/model/views.ts';
import { phrase, text, type Content } from './text.ts';
import { t } from './words.ts';

/** The shape of a node: its role, unless it is halted, does not answer, or its health is unknown. */
export type NodeShape = 'primary' | 'replica' | 'unknown' | 'halted' | 'unreachable' | 'unsure';

/** The shape of a node as the kernel reports it. */
export function nodeShape({
  role,
  health,
  isSilent,
}: {
  readonly role: Role;
  readonly health: Health;
  readonly isSilent?: true;
}): NodeShape {
  if (isSilent === true) return 'unreachable';
  if (health === 'halted') return 'halted';
  return health === 'unknown' ? 'unsure' : role;
}

const NODE: Readonly<Record<NodeShape, SVGTemplateResult>> = {
  primary: svg`<circle cx="8" cy="8" r="6.25" class="line"/><circle cx="8" cy="8" r="3.5" class="fill"/>`,
  replica: svg`<circle cx="8" cy="8" r="5.25" class="line"/>`,
  unknown: svg`<circle cx="8" cy="8" r="5.75" class="line dashed"/>
    <path d="M6.2 6.6a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 11v.9" class="line"/>`,
  halted: svg`<path d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z" class="line"/>
    <path d="M6.2 5v6M9.8 5v6" class="line thick"/>`,
  unreachable: svg`<rect x="2" y="2" width="12" height="12" rx="1" class="line dashed"/>
    <path d="M5.5 5.5l5 5M10.5 5.5l-5 5" class="line"/>`,
  unsure: svg`<rect x="2" y="2" width="12" height="12" rx="1" class="line dashed"/>
    <path d="M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.5.3-.8.6-.8 1.2M8 10.8v.9" class="line"/>`,
};

const CHECK: Readonly<Record<CheckResult, SVGTemplateResult>> = {
  pass: svg`<circle cx="8" cy="8" r="6.25" class="line"/><path d="M5 8.2l2.1 2.1L11 6" class="line"/>`,
  fail: svg`<rect x="2" y="2" width="12" height="12" class="line"/>
    <path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" class="line"/>`,
  unknown: NODE.unknown,
  overridden: svg`<path d="M8 1.2L14.8 8 8 14.8 1.2 8z" class="line"/><path d="M5.4 8h5.2" class="line thick"/>`,
  unchecked: svg`<circle cx="8" cy="8" r="6.25" class="line dashed"/>`,
};

/** A node's shape, 16 × 16, for use inside a picture. */
export function nodeGlyph(shape: NodeShape): SVGTemplateResult {
  return svg`<g class="shape ${shape}">${NODE[shape]}</g>`;
}

/** A node's role with its shape. */
export function roleWord({ role }: { readonly role: Role }): TemplateResult {
  return word(NODE[role], role, role);
}

/** The role from a member's last report, with the shape for "does not answer". */
export function lastReportedRole(role: string): TemplateResult {
  const words = phrase('last reported: {0}', text(role));
  return html`<span class="last-reported">${word(NODE.unreachable, 'unreachable', words)}</span>`;
}

/** The health of a member that does not answer. */
export const SILENT_HEALTH: TemplateResult = word(NODE.unreachable, 'unreachable', t('unknown'));

/** A node's health with its shape. A running node needs no shape. */
export function healthWord(health: Health): TemplateResult {
  if (health === 'running') return html`running`;
  return health === 'halted' ? word(NODE.halted, 'halted', 'halted') : word(NODE.unsure, 'unsure', t('unknown'));
}

/** The result of a check with its shape. */
export function checkWord(result: CheckResult): TemplateResult {
  return word(CHECK[result], result, result === 'unchecked' ? t('not checked by the engine') : result);
}

/** The shape of an outcome, for use beside other words. */
export function outcomeShape(result: CheckResult): TemplateResult {
  return html`<svg class=${`shape outcome ${result}`} viewBox="0 0 16 16" width="20" height="20"
    aria-hidden="true">${CHECK[result]}</svg>`;
}

function word(drawing: SVGTemplateResult, shape: string, label: Content): TemplateResult {
  return html`<span class="shape-word ${shape}"><svg class="shape ${shape}" viewBox="0 0 16 16" width="16" height="16"
    aria-hidden="true">${drawing}</svg>${label}</span>`;
}
