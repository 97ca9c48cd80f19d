import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Files that only calculate: the same input gives the same answer, whenever and wherever. */
const PURE = [
  'src/kernel/**/*.ts',
  'src/**/contract.ts',
  ...['contract', 'events', 'decider', 'projection', 'policy', 'plan', 'upcasters'].map(
    (role) => `src/**/*.${role}.ts`,
  ),
];
const TESTS = ['**/*.spec.ts', 'test/**'];
const EDGE = 'Time, ids and chance enter at the edge and travel as data.';
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
const IMPURE = ['Date', 'process', 'crypto', 'fetch', 'performance', 'Buffer', 'console', 'globalThis', ...TIMERS];

/** Words that say nothing. `Data` in `Database` is another word. */
const EMPTY_NAME = '/(^|[a-z])(Util|Utils|Helper|Helpers|Common|Manager|Base|Data|Info|Misc|Impl)(?![a-z])/';
const emptyNames = ['TSTypeAliasDeclaration', 'TSInterfaceDeclaration', 'ClassDeclaration'].map((declaration) => ({
  selector: `${declaration}[id.name=${EMPTY_NAME}]`,
  message: 'Name it by what it is: util, helper, common, manager, base, data, info, misc and impl say nothing.',
}));
const noEnum = { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' };
const noDefaultExport = { selector: 'ExportDefaultDeclaration', message: 'Export by name.' };

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'no-restricted-syntax': ['error', noEnum, noDefaultExport, ...emptyNames],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // A response class only describes a shape to OpenAPI; object literals are what is answered.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Request bodies are instances of their classes, for class-validator's sake, and are spread like any other object.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { allowDefaultCaseForExhaustiveSwitch: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: PURE,
    ignores: TESTS,
    rules: {
      'no-restricted-globals': ['error', ...IMPURE.map((name) => ({ name, message: EDGE }))],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: EDGE }],
    },
  },
  {
    files: ['**/*.entity.ts', '**/*.request.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-extraneous-class': 'off' },
  },
  { files: TESTS, rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['*.config.mjs', 'test/support/global-*.mjs'],
    rules: { 'no-restricted-syntax': ['error', noEnum, ...emptyNames] },
  },
  {
    files: ['**/*.{mjs,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', module: 'writable', URL: 'readonly', Buffer: 'readonly' },
    },
  },
  {
    // Plain JavaScript: its peers are installed by nobody but `npm run bench`, and without them there are no types to check.
    files: ['bench/**'],
    languageOptions: {
      globals: {
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-extraneous-class': 'off' },
  },
  prettier,
);
