/** The members and who follows whom. The layout depends on their number: a fan, shelves, or a grid of shapes. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Follows, LagUnit, Topology, TopologyNode } from '../../control-plane/model/document.ts';
import { words } from '../document/cell.ts';
import { nodeGlyph, nodeShape, type NodeShape } from '../shapes.ts';
import { leadTo } from '../rows.ts';
import { short, text } from '../text.ts';
import { picture, type Draw } from './fit.ts';
import { grid, type GridItem } from './grid.ts';
import { grouped } from './scale.ts';
import { t } from '../words.ts';

const FAN = 12;
const SHELVES = 120;
const BOX = { width: 210, height: 50 } as const;
const CELL = { width: 190, height: 44, gap: 14 } as const;

/** A node with its lag in words. */
interface Drawn extends TopologyNode {
  readonly lagWords: string;
}

/** Draws the cluster as the answering node reports it. `hasTable`: a table of its members follows below. */
export function topology(shown: Topology, hasTable: boolean): TemplateResult {
  const { nodes } = shown;
  const primary = shown.primary === null ? undefined : nodes[shown.primary];
  const isMany = nodes.length > SHELVES;
  return html`${legend(shown, primary, hasTable)}
  ${picture(description(nodes, primary), isMany ? shapes(shown) : boxes(shown))}
  ${isMany ? html`<p class="muted">${COUNTED}</p>` : nothing}
  ${primary === undefined ? html`<p>${NO_DIRECTION}</p>` : nothing}`;
}

/** A shape for each node, with its name and its lag in the tooltip. */
function shapes({ nodes, units }: Topology): Draw {
  const items = nodes.map((node): GridItem => {
    const shape = nodeShape(node);
    return {
      shape,
      title: () => [`${short(node.name, 200)}: ${WORDS[shape]}`, lagOf(node, units)].filter(Boolean).join(', '),
    };
  });
  return width => grid(items, width);
}

/** A box for each node, and lines from the primary to those that follow it. */
function boxes(shown: Topology): Draw {
  const nodes = shown.nodes.map((node): Drawn => ({ ...node, lagWords: lagOf(node, shown.units) }));
  const primary = shown.primary === null ? undefined : nodes[shown.primary];
  const others = nodes.filter(node => node !== primary);
  return width => (others.length > FAN || width < 560 ? shelves(primary, others, width) : fan(primary, others, width));
}

const COUNTED = t('Members in the order of the answer, counted at the left. The lag is in the table.');
const NO_DIRECTION = t('The node names no member as primary, so no replication direction is drawn.');

function description(members: readonly TopologyNode[], primary: TopologyNode | undefined): string {
  const counts = byShape(members).map(counted).join(', ');
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
  unreachable: t('does not answer'),
  unsure: t('health unknown'),
};

/** Members of one shape. */
interface Shaped {
  readonly shape: NodeShape;
  readonly members: readonly TopologyNode[];
}

function byShape(members: readonly TopologyNode[]): readonly Shaped[] {
  return (['primary', 'replica', 'unknown', 'halted', 'unreachable', 'unsure'] as const)
    .map(shape => ({ shape, members: members.filter(member => nodeShape(member) === shape) }))
    .filter(shaped => shaped.members.length > 0);
}

/** The number of members with this shape, in words. */
function counted({ shape, members: { length } }: Shaped): string {
  const isOne = length === 1;
  switch (shape) {
    case 'primary':
      return isOne ? t('1 primary running') : t('{0} primaries running', length);
    case 'replica':
      return isOne ? t('1 replica running') : t('{0} replicas running', length);
    case 'unknown':
      return t('{0} running, role unknown', length);
    case 'halted':
      return t('{0} halted', length);
    case 'unreachable':
      return isOne ? t('1 does not answer') : t('{0} do not answer', length);
    case 'unsure':
      return t('health of {0} unknown', length);
  }
}

const LINES: readonly (readonly [Follows, string])[] = [
  ['flowing', t('a running replica follows a running primary')],
  ['broken', t('no running replication is reported')],
];

/** The legend; each count is a button that leads to its members in the table. */
function legend(
  { legend: amounts, nodes }: Topology,
  primary: TopologyNode | undefined,
  hasTable: boolean,
): TemplateResult {
  const drawn =
    primary === undefined || nodes.length > SHELVES
      ? []
      : nodes.filter(node => node !== primary).map(({ follows }) => follows);
  const counts = byShape(nodes).map(shaped => {
    const ids = new Set(shaped.members.map(({ nodeId }) => nodeId));
    const words = counted(shaped);
    return html`<li>
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${nodeGlyph(shaped.shape)}</svg>
      ${
        hasTable
          ? html`<button type="button" class="quiet" title=${t('Show in the table')} @click=${() => leadTo(ids)}
            >${words}</button>`
          : words
      }
    </li>`;
  });
  const lines = LINES.filter(([line]) => drawn.includes(line)).map(
    ([line, said]) => html`<li>
      <svg width="30" height="12" aria-hidden="true">
        <path class=${`edge ${line}`} d="M0 6H27"/>${tip(29, 6, line, 'right')}
      </svg>${said}
    </li>`,
  );
  const isExplained = amounts !== null && drawn.some(line => line !== 'none');
  return html`<ul class="legend">${counts} ${lines} ${isExplained ? html`<li>${words(amounts)}</li>` : nothing}</ul>`;
}

/** The lag of a member in words. For a member that does not answer, it is the lag of its last report. */
function lagOf(node: TopologyNode, units: readonly LagUnit[]): string {
  const words = lag(node, units);
  const isKnown = node.lag.some(amount => amount !== null);
  return node.isSilent === true && isKnown ? t('last reported: {0}', words) : words;
}

/** Each amount with its unit. With several units, the legend explains that they are the lag. */
function lag({ lag: amounts }: TopologyNode, units: readonly LagUnit[]): string {
  if (units.length === 0) return ''; // this engine reports no lag
  if (amounts.every(amount => amount === null)) return t('lag unknown');
  const shown = units.map(({ unit }, at) => {
    const [amount, symbol] = [amounts[at] ?? null, unit.short ?? words(unit)];
    return amount === null ? t('{0} unknown', symbol) : `${grouped(amount)} ${symbol}`;
  });
  return shown.length === 1 ? t('lag {0}', shown.join('')) : shown.join(' · ');
}

function fan(primary: Drawn | undefined, others: readonly Drawn[], width: number): TemplateResult {
  const step = BOX.height + 18;
  const height = Math.max(1, others.length) * step;
  const right = primary === undefined ? 1 : Math.min(width - BOX.width - 1, BOX.width + 360);
  const middle = height / 2;
  const trunk = BOX.width + 34;
  return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
    ${others.map((member, index) => {
      const y = index * step + step / 2;
      const line = primary === undefined ? 'none' : member.follows;
      return svg`
        ${
          line === 'none'
            ? nothing
            : svg`
          <path class=${`edge ${line}`} d=${`M${BOX.width + 1} ${middle}H${trunk}V${y}H${right - 3}`}/>
          ${tip(right - 2, y, line, 'right')}
          ${label(trunk + 8, y - 21, right - trunk - 26, 18, member.lagWords, 'edge-label')}`
        }
        ${box(right, y - BOX.height / 2, member)}`;
    })}
    ${primary === undefined ? nothing : box(1, middle - BOX.height / 2, primary)}
  </svg>`;
}

function shelves(primary: Drawn | undefined, others: readonly Drawn[], width: number): TemplateResult {
  const left = primary === undefined ? 1 : 34;
  const columns = Math.max(1, Math.floor((width - left) / (CELL.width + CELL.gap)));
  const top = primary === undefined ? 20 : BOX.height + 12;
  const step = CELL.height + 30;
  const rows = Math.ceil(others.length / columns);
  const height = top + rows * step + 2;
  const line = (row: number): number => top + row * step + 8;
  return html`<svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`}>
    ${
      primary === undefined || rows === 0
        ? nothing
        : svg`<path class="edge" d=${`M14 ${BOX.height}V${line(rows - 1)}`}/>`
    }
    ${others.map((member, index) => {
      const row = Math.floor(index / columns);
      const column = index % columns;
      const x = left + column * (CELL.width + CELL.gap);
      const kind = primary === undefined ? 'none' : member.follows;
      const lastOfRow = column === columns - 1 || index === others.length - 1;
      return svg`
        ${
          primary === undefined
            ? nothing
            : svg`
          ${lastOfRow ? svg`<path class="edge" d=${`M14 ${line(row)}H${x + 20}`}/>` : nothing}
          ${
            kind === 'none'
              ? nothing
              : svg`<path class=${`edge ${kind}`} d=${`M${x + 20} ${line(row)}v12`}/>
                ${tip(x + 20, line(row) + 14, kind, 'down')}`
          }`
        }
        ${cell(x, line(row) + 15, member)}`;
    })}
    ${primary === undefined ? nothing : box(1, 1, primary)}
  </svg>`;
}

function tip(x: number, y: number, kind: Follows, direction: 'right' | 'down'): SVGTemplateResult {
  const turn = direction === 'right' ? '' : ' rotate(90)';
  return kind === 'flowing'
    ? svg`<path class="tip" d="M-8 -4.5L0 0L-8 4.5Z" transform=${`translate(${x} ${y})${turn}`}/>`
    : svg`<path class="edge" d="M-7 -5v10M-3 -5v10" transform=${`translate(${x} ${y})${turn}`}/>`;
}

function box(x: number, y: number, member: Drawn): SVGTemplateResult {
  const shape = nodeShape(member);
  return svg`
    ${outline(x, y, BOX.width, BOX.height, shape)}
    <g transform=${`translate(${x + 11} ${y + 17})`}>${nodeGlyph(shape)}</g>
    ${label(x + 36, y + 6, BOX.width - 44, 20, member.name, 'node-name')}
    ${label(x + 36, y + 25, BOX.width - 44, 18, stateWords(member), 'node-state')}`;
}

function cell(x: number, y: number, member: Drawn): SVGTemplateResult {
  const shape = nodeShape(member);
  const said = shape === 'replica' && member.lagWords !== '' ? member.lagWords : stateWords(member);
  return svg`
    ${outline(x, y, CELL.width, CELL.height, shape)}
    <g transform=${`translate(${x + 9} ${y + 14})`}>${nodeGlyph(shape)}</g>
    ${label(x + 31, y + 4, CELL.width - 38, 18, member.name, 'node-name')}
    ${label(x + 31, y + 22, CELL.width - 38, 18, said, 'node-state')}`;
}

function stateWords(member: Drawn): string {
  if (member.isSilent === true)
    return member.role === 'unknown' ? t('does not answer') : t('last reported: {0}', member.role);
  if (member.health === 'halted') return t('halted: {0}', member.haltReason ?? t('reason unknown'));
  if (member.health === 'unknown')
    return member.role === 'unknown' ? t('role, health unknown') : t('health unknown · {0}', member.role);
  return `${member.role === 'unknown' ? t('role unknown') : member.role} · ${member.state}`;
}

/**
 * Every shape is recognisable without colour: a halted node has cut corners, a member that does not answer has a dashed
 * line and a hatched edge, one of unknown health has a dotted line.
 */
function outline(x: number, y: number, width: number, height: number, shape: NodeShape): SVGTemplateResult {
  if (shape === 'halted') {
    const cut = 9;
    const [right, bottom] = [x + width, y + height];
    const top = `M${x + cut} ${y}H${right - cut}L${right} ${y + cut}`;
    const rest = `V${bottom - cut}L${right - cut} ${bottom}H${x + cut}L${x} ${bottom - cut}V${y + cut}Z`;
    return svg`<path class="node halted" d=${top + rest}/>`;
  }
  return svg`<rect class=${`node ${shape}`} x=${x} y=${y} width=${width} height=${height} rx="3"/>
    ${shape === 'unreachable' ? hatch(x + 2, y + 2, height - 4) : nothing}`;
}

/** A hatched edge: no value of this member is current. */
function hatch(x: number, y: number, height: number): SVGTemplateResult {
  const lines = Array.from({ length: Math.floor(height / 5) }, (_none, index) => `M${x} ${y + 5 + index * 5}l6 -5`);
  return svg`<path class="hatch" d=${lines.join('')}/>`;
}

/** Labels in a picture are HTML, so that a long name, in any script, ends in an ellipsis inside its own place. */
function label(x: number, y: number, width: number, height: number, content: string, kind: string): SVGTemplateResult {
  const inside = html`<div class=${`label-in-picture ${kind}`} title=${content}>${text(content)}</div>`;
  return svg`<foreignObject x=${x} y=${y} width=${Math.max(0, width)} height=${height}>${inside}</foreignObject>`;
}
