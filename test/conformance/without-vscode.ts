/** Lets suites of the extension host be read outside of it: `vscode` is there, and empty. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode' ? { url: 'data:text/javascript,', shortCircuit: true } : next(specifier, context),
});
