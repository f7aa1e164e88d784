/**
 * Lets suites of the extension host be read outside of it: `vscode` is there, with what sources make when they load.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'vscode'
      ? { url: 'data:text/javascript,export class ThemeColor {} export class ThemeIcon {}', shortCircuit: true }
      : next(specifier, context),
});
