import tseslint from 'typescript-eslint';

const determinism = [
  { object: 'Date', property: 'now', message: 'P7-D1: the clock comes in through a port.' },
  { object: 'Math', property: 'random', message: 'P7-D1: ids come in through a port.' },
  { object: 'crypto', property: 'randomUUID', message: 'P7-D1: ids come in through a port.' },
];
/** A call takes some ten thousand arguments; what a kernel or a log answers may be longer. */
const spreads = [
  {
    selector: "CallExpression[callee.object.name='Math'] > SpreadElement",
    message: 'The stack ends at some ten thousand arguments: use reduce.',
  },
];
/**
 * `{}['constructor']` is a function: what a foreign word is looked up in is a map, or is asked with `Object.hasOwn`.
 */
const dictionaries = [
  {
    selector:
      "VariableDeclarator[init.type='ObjectExpression'] > Identifier.id TSTypeReference[typeName.name='Record'] " +
      '> TSTypeParameterInstantiation > TSStringKeyword:first-child',
    message: 'A foreign word would find what every object has: use a Map.',
  },
];
/** Words that may be foreign go to the editor's surfaces through one file. */
const surfaces = [
  {
    selector:
      "MemberExpression[object.object.name='vscode'][object.property.name='window']" +
      '[property.name=/^(show(Information|Warning|Error)Message|(show|create)(QuickPick|InputBox))$/]',
    message: 'What is shown may be foreign: src/vscode/surfaces.ts makes it harmless.',
  },
];
const topLevelConstant = ':matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind="const"]';
/** One dialect: a function of a file is declared; an arrow is an argument or a property. */
const declarations = [
  {
    selector: `${topLevelConstant} > VariableDeclarator:not([id.typeAnnotation]) > ArrowFunctionExpression.init`,
    message: 'Declare it: function name() {}.',
  },
];
/** One dialect: what configures is in capitals, so that a reader knows where it came from. */
const constants = [
  'Literal',
  'BinaryExpression[operator=/^([-+*%&|]|<<)$/]',
  'TemplateLiteral',
  "NewExpression[callee.name=/^(Set|Map)$/][arguments.0.type='ArrayExpression']",
].map(init => ({
  selector: `${topLevelConstant} > VariableDeclarator[id.name=/^[a-z]/] > ${init}.init`,
  message: 'A constant that configures is written in capitals.',
}));
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'process', 'performance'].map(
  name => ({
    name,
    message: 'P7-S1: the control plane does nothing that is not synchronous with a request.',
  }),
);

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.dependency-cruiser.cjs', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      'no-restricted-exports': [
        'error',
        {
          restrictDefaultExports: {
            direct: true,
            named: true,
            defaultFrom: true,
            namedFrom: true,
            namespaceFrom: true,
          },
        },
      ],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...declarations, ...constants, ...spreads, ...dictionaries],
      'max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['src/extension*.ts'], rules: { 'max-lines': ['error', { max: 160 }] } },
  {
    files: ['src/vscode/**/*.ts', 'src/extension*.ts'],
    ignores: ['src/vscode/surfaces.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...declarations, ...constants, ...spreads, ...dictionaries, ...surfaces],
    },
  },
  { files: ['test/**/*.ts', '**/*.mjs'], rules: { 'no-restricted-syntax': ['error', ...declarations, ...constants] } },
  {
    files: ['src/control-plane/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...determinism],
      'no-restricted-globals': [
        'error',
        ...timers,
        { name: 'globalThis', message: 'P7-D1: clock, ids and everything else of the machine come in through ports.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          name: 'node:crypto',
          allowImportNames: ['createHash', 'Hash'],
          message: 'P7-D1: digests only; ids come in through a port.',
        },
      ],
      'no-restricted-syntax': [
        'error',
        ...declarations,
        ...constants,
        ...spreads,
        ...dictionaries,
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'P7-D1: the clock comes in through a port.',
        },
        { selector: "CallExpression[callee.name='Date']", message: 'P7-D1: the clock comes in through a port.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      'no-restricted-exports': 'off',
      'max-lines': 'off',
    },
  },
  {
    files: ['scripts/**/*.mjs', 'test/**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        process: 'readonly',
        atob: 'readonly',
        btoa: 'readonly',
        console: 'readonly',
        fetch: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
  {
    // The editor loads what is not a module with require.
    files: ['scripts/**/*.cjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@typescript-eslint/no-require-imports': 'off' },
  },
);
