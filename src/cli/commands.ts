/**
 * What the terminal program needs for more than a help text. As it ships this is a second file, which is loaded when a
 * line needs it, and which has modules of its own: where the two share something, such as what was written, the first
 * hands it over.
 */
export { runAudit } from './audit/run.ts';
export { runCommand } from './command.ts';
export { refusalJson } from './json.ts';
export { refusalText } from './text/errors.ts';
export { paintFor } from './text/paint.ts';
