/** The look of the HTML file: for a screen, and for paper. */
import { Html } from './html-escape.ts';

export const STYLE = new Html(`
:root { color-scheme: light dark; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.made, small, .order { color: color-mix(in srgb, currentColor 75%, transparent); }
.problem { border-left: 4px solid; padding-left: 1rem; }
.sheet { border: 1px solid; padding: 0 1rem 1rem; margin: 1rem 0; break-inside: avoid-page; }
.forced { border: 4px double; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: bold; } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.answer { overflow-wrap: anywhere; white-space: pre-wrap; }
.course { border-collapse: collapse; width: 100%; table-layout: fixed; }
.course th, .course td { border: 1px solid; padding: .25rem .4rem; vertical-align: top; text-align: left;
  overflow-wrap: anywhere; }
.course th:first-child { width: 3rem; } .course th:last-child { width: 14rem; }
.course tr.rule > * { border-top: 4px solid; }
.gap { font-style: italic; border-style: dashed; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } tr { break-inside: avoid; } }
`);
