/**
 * Makes a fresh clone ready: runs before `npm start` and `npm test`, on the system's Node, when node_modules may not
 * exist. Whatever else a command needs (chromium, code-server) it asks for itself, once it knows that it does.
 */
import { ensureDependencies } from './lib/dependencies.mjs';
import { root } from './lib/paths.mjs';
import { script } from './lib/run.mjs';

await script(() => ensureDependencies(root, line => console.log(line)));
