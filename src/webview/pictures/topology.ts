/** The members and who follows whom, in one of three layouts by their number: a fan, shelves, or a grid of shapes. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { ClusterView, Member, Wire } from '../../control-plane/views.ts';
import { nodeGlyph, nodeShape, type NodeShape } from '../shapes.ts';
import { short, text } from '../text.ts';
import { picture } from './fit.ts';
import { grouped } from './scale.ts';
import { t } from '../words.ts';

type Node = Wire<Member>;

const FAN = 12;
const SHELVES = 120;
const BOX = { width: 210, height: 50 } as const;
const CELL = { width: 190, height: 44, gap: 14 } as const;
const GLYPH = 24;

/** Draws the cluster as the answering node reports it. */
export function topology(view: Wire<ClusterView>): TemplateResult {
  const primary = view.members.find(({ nodeId }) => nodeId === view.primaryId);
  const others = view.members.filter(member => member !== primary);
  return html`${legend(view.members, primary)}
  ${picture(description(view.members, primary), width => {
    if (view.members.length > SHELVES) return grid(view.members, width);
    return others.length > FAN || width < 560 ? shelves(primary, others, width) : fan(primary, others, width);
  })}
  ${view.members.length > SHELVES ? html`<p class="muted">${t('Members in the order of the answer, counted at the left. The lag is in the table.')}</p>` : nothing}
  ${primary === undefined ? html`<p>${t('The node names no member as primary, so no replication direction is drawn.')}</p>` : nothing}`;
}

function description(members: readonly Node[], primary: Node | undefined): string {
  const counts = countShapes(members)
    .map(([shape, count]) => `${WORDS[shape]}: ${count}`)
    .join(', ');
  return [
    t('Topology of {0} members: {1}.', members.length, counts),
    primary === undefined ? t('No primary is known.') : t('Primary: {0}.', short(primary.name, 60)),
    t('The table of members holds the same values.'),
  ].join(' ');
}

const WORDS: Readonly<Record<NodeShape, string>> = {
  primary: t('running primary'),
  replica: t('running replica'),
  unknown: t('running, role unknown'),
  halted: t('halted'),
  unreachable: t('health unknown'),
};

function countShapes(members: readonly Node[]): readonly (readonly [NodeShape, number])[] {
  const shapes = members.map(nodeShape);
  return (['primary', 'replica', 'unknown', 'halted', 'unreachable'] as const)
    .map(shape => [shape, shapes.filter(one => one === shape).length] as const)
    .filter(([, count]) => count > 0);
}

const LINES: readonly (readonly [Flow, string])[] = [
  ['flowing', t('a running replica follows a running primary')],
  ['broken', t('no running replication is reported')],
];

function legend(members: readonly Node[], primary: Node | undefined): TemplateResult {
  const drawn =
    primary === undefined || members.length > SHELVES
      ? []
      : members.filter(member => member !== primary).map(member => flow(primary, member));
  return html`<ul class="legend">${countShapes(members).map(([shape, count]) => html`<li><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${nodeGlyph(shape)}</svg>${WORDS[shape]}: ${count}</li>`)}
    ${LINES.filter(([line]) => drawn.includes(line)).map(([line, words]) => html`<li><svg width="30" height="12" aria-hidden="true"><path class=${`edge ${line}`} d="M0 6H27"/>${tip(29, 6, line, 'right')}</svg>${words}</li>`)}
    ${drawn.some(line => line !== 'none') && members.every(({ patroni }) => patroni === undefined) ? html`<li>${t('lag: bytes (B) · commits')}</li>` : nothing}</ul>`;
}

type Flow = 'flowing' | 'broken' | 'none';

/**
 * The line from the primary to a member: an arrow where a running replica follows a running primary, broken where that
 * is not what the kernel reports, none to another node that calls itself primary.
 */
function flow(primary: Node, member: Node): Flow {
  if (member.role === 'primary') return 'none';
  const follows =
    member.role === 'replica' && member.replicationState !== 'Disabled' && member.replicationState !== 'Uninitialized';
  return follows && member.health === 'running' && primary.health === 'running' ? 'flowing' : 'broken';
}

/** Bytes and commits, each with its unit; the legend says that it is the lag. */
function lag({ lagBytes, lagCommits, patroni }: Node): string {
  if (lagBytes === null && lagCommits === null) return t('lag unknown');
  if (patroni !== undefined) return t('lag {0} B', amountOf(lagBytes));
  const amount = (value: string | null, unit: string): string =>
    value === null ? t('{0} unknown', unit) : `${grouped(value)} ${unit}`;
  return `${amount(lagBytes, 'B')} · ${amount(lagCommits, t('commits'))}`;
}

function amountOf(value: string | null): string {
  return value === null ? t('unknown') : grouped(value);
}

function fan(primary: Node | undefined, others: readonly Node[], width: number): TemplateResult {
  const step = BOX.height + 18;
  const height = Math.max(1, others.length) * step;
  const right = primary === undefined ? 1 : Math.min(width - BOX.width - 1, BOX.width + 360);
  const middle = height / 2;
  const trunk = BOX.width + 34;
  return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
    ${others.map((member, index) => {
      const y = index * step + step / 2;
      const line = primary === undefined ? 'none' : flow(primary, member);
      return svg`
        ${
          line === 'none'
            ? nothing
            : svg`
          <path class=${`edge ${line}`} d=${`M${BOX.width + 1} ${middle}H${trunk}V${y}H${right - 3}`}/>
          ${tip(right - 2, y, line, 'right')}
          ${label(trunk + 8, y - 21, right - trunk - 26, 18, lag(member), 'edge-label')}`
        }
        ${box(right, y - BOX.height / 2, member)}`;
    })}
    ${primary === undefined ? nothing : box(1, middle - BOX.height / 2, primary)}
  </svg>`;
}

function shelves(primary: Node | undefined, others: readonly Node[], width: number): TemplateResult {
  const left = primary === undefined ? 1 : 34;
  const columns = Math.max(1, Math.floor((width - left) / (CELL.width + CELL.gap)));
  const top = primary === undefined ? 20 : BOX.height + 12;
  const step = CELL.height + 30;
  const rows = Math.ceil(others.length / columns);
  const height = top + rows * step + 2;
  const line = (row: number): number => top + row * step + 8;
  return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
    ${primary === undefined || rows === 0 ? nothing : svg`<path class="edge" d=${`M14 ${BOX.height}V${line(rows - 1)}`}/>`}
    ${others.map((member, index) => {
      const row = Math.floor(index / columns);
      const column = index % columns;
      const x = left + column * (CELL.width + CELL.gap);
      const kind = primary === undefined ? 'none' : flow(primary, member);
      const lastOfRow = column === columns - 1 || index === others.length - 1;
      return svg`
        ${
          primary === undefined
            ? nothing
            : svg`
          ${lastOfRow ? svg`<path class="edge" d=${`M14 ${line(row)}H${x + 20}`}/>` : nothing}
          ${kind === 'none' ? nothing : svg`<path class=${`edge ${kind}`} d=${`M${x + 20} ${line(row)}v12`}/>${tip(x + 20, line(row) + 14, kind, 'down')}`}`
        }
        ${cell(x, line(row) + 15, member)}`;
    })}
    ${primary === undefined ? nothing : box(1, 1, primary)}
  </svg>`;
}

function grid(members: readonly Node[], width: number): TemplateResult {
  const left = 56;
  const fitting = Math.floor((width - left) / GLYPH);
  const columns = fitting >= 10 ? fitting - (fitting % 10) : Math.max(1, fitting);
  const rows = Math.ceil(members.length / columns);
  const height = rows * GLYPH;
  return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
    ${Array.from({ length: rows }, (_none, row) => svg`<text class="muted" x=${left - 12} y=${row * GLYPH + 16} text-anchor="end">${row * columns + 1}</text>`)}
    ${members.map((member, index) => svg`<g transform=${`translate(${left + (index % columns) * GLYPH + 4} ${Math.floor(index / columns) * GLYPH + 4})`}><title>${member.name}: ${WORDS[nodeShape(member)]}, ${lag(member)}</title>${nodeGlyph(nodeShape(member))}</g>`)}
  </svg>`;
}

function tip(x: number, y: number, kind: Flow, direction: 'right' | 'down'): SVGTemplateResult {
  const turn = direction === 'right' ? '' : ' rotate(90)';
  return kind === 'flowing'
    ? svg`<path class="tip" d="M-8 -4.5L0 0L-8 4.5Z" transform=${`translate(${x} ${y})${turn}`}/>`
    : svg`<path class="edge" d="M-7 -5v10M-3 -5v10" transform=${`translate(${x} ${y})${turn}`}/>`;
}

function box(x: number, y: number, member: Node): SVGTemplateResult {
  const shape = nodeShape(member);
  return svg`
    ${outline(x, y, BOX.width, BOX.height, shape)}
    <g transform=${`translate(${x + 11} ${y + 17})`}>${nodeGlyph(shape)}</g>
    ${label(x + 36, y + 6, BOX.width - 44, 20, member.name, 'node-name')}
    ${label(x + 36, y + 25, BOX.width - 44, 18, words(member), 'node-state')}`;
}

function cell(x: number, y: number, member: Node): SVGTemplateResult {
  const shape = nodeShape(member);
  return svg`
    ${outline(x, y, CELL.width, CELL.height, shape)}
    <g transform=${`translate(${x + 9} ${y + 14})`}>${nodeGlyph(shape)}</g>
    ${label(x + 31, y + 4, CELL.width - 38, 18, member.name, 'node-name')}
    ${label(x + 31, y + 22, CELL.width - 38, 18, shape === 'replica' ? lag(member) : words(member), 'node-state')}`;
}

function words(member: Node): string {
  if (member.health === 'halted') return t('halted: {0}', member.haltReason ?? t('reason unknown'));
  if (member.health === 'unknown')
    return member.role === 'unknown' ? t('role, health unknown') : t('health unknown · {0}', member.role);
  return `${member.role === 'unknown' ? t('role unknown') : member.role} · ${member.replicationState}`;
}

/**
 * A halted node has cut corners and a member of unknown health a dashed line, so that neither needs a colour to be told
 * apart.
 */
function outline(x: number, y: number, width: number, height: number, shape: NodeShape): SVGTemplateResult {
  if (shape === 'halted') {
    const cut = 9;
    return svg`<path class="node halted" d=${`M${x + cut} ${y}H${x + width - cut}L${x + width} ${y + cut}V${y + height - cut}L${x + width - cut} ${y + height}H${x + cut}L${x} ${y + height - cut}V${y + cut}Z`}/>`;
  }
  return svg`<rect class=${`node ${shape}`} x=${x} y=${y} width=${width} height=${height} rx="3"/>`;
}

/** Text in a picture is HTML, so that a name of any length or script ends in an ellipsis inside its own place. */
function label(x: number, y: number, width: number, height: number, content: string, kind: string): SVGTemplateResult {
  return svg`<foreignObject x=${x} y=${y} width=${Math.max(0, width)} height=${height}>${html`<div class=${`label-in-picture ${kind}`} title=${content}>${text(content)}</div>`}</foreignObject>`;
}
