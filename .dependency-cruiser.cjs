/** The import table of the architecture (docs/architecture.md): what is not allowed here is impossible, not discouraged. */
const may = (name, from, allowed, extra = {}) => ({
  name,
  severity: 'error',
  comment: `${from} may import only ${allowed.join(', ')}`,
  from: { path: from },
  to: { pathNot: allowed, ...extra },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
    may('text', '^src/text/', ['^src/text/']),
    may('control-plane', '^src/control-plane/', [
      '^src/control-plane/',
      '^src/text/',
      '(^|node_modules/)zod(/|$)',
      '(^|node_modules/)canonicalize(/|$)',
      '^(node:)?crypto$',
    ]),
    may('engines', '^src/engines/', [
      '^src/engines/',
      '^src/control-plane/',
      '(^|node_modules/)(undici|zod|pg|mysql2)(/|$)',
      '^(node:)?(tls|fs|buffer|net|events)$',
    ]),
    may('files', '^src/files/', ['^src/files/', '^(node:)?(fs|path|os|sqlite)$']),
    may('audit', '^src/audit/', [
      '^src/audit/',
      '^src/control-plane/',
      '^src/files/',
      '(^|node_modules/)canonicalize(/|$)',
      '(^|node_modules/)zod(/|$)',
      '^(node:)?(fs|fs/promises|crypto|path|os|sqlite|events|stream|readline|timers/promises)$',
    ]),
    may('vscode', '^src/vscode/', [
      '^src/vscode/',
      '^src/control-plane/',
      '^src/text/',
      '^src/panel-protocol/',
      '^vscode$',
      '(^|node_modules/)@types/vscode/',
      '(^|node_modules/)zod(/|$)',
      '^(node:)?(path|os|crypto)$',
    ]),
    may('panel-protocol', '^src/panel-protocol/', [
      '^src/panel-protocol/',
      '^src/control-plane/',
      '(^|node_modules/)zod(/|$)',
    ]),
    may('webview-own', '^src/webview/', [
      '^src/webview/',
      '^src/panel-protocol/',
      '^src/control-plane/',
      '^src/text/',
      '(^|node_modules/)(lit|lit-html|lit-element|@lit|@vscode-elements/elements|zod)(/|$)',
    ]),
    {
      name: 'webview-types-only',
      severity: 'error',
      comment: 'panels and their protocol know the control plane only as types',
      from: { path: '^src/(webview|panel-protocol)/' },
      to: { path: '^src/control-plane/', dependencyTypesNot: ['type-only'] },
    },
    may(
      'cli',
      '^src/cli/',
      ['^src/cli/', '^src/control-plane/', '^src/text/', '^src/engines/', '^src/audit/', '^src/files/'],
      { dependencyTypesNot: ['core'] },
    ),
    may('local-cluster', '^src/local-cluster/', ['^src/local-cluster/', '^src/files/', '(^|node_modules/)zod(/|$)'], {
      dependencyTypesNot: ['core'],
    }),
    {
      name: 'extension-only-at-the-top',
      severity: 'error',
      comment: 'nothing imports the composition root',
      from: { path: '^src/' },
      to: { path: '^src/extension\\.ts$' },
    },
    {
      name: 'src-never-imports-test',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
