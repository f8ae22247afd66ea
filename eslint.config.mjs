// Rules about code; who may import what is .dependency-cruiser.mjs, how it looks is prettier.
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.custody/', 'deploy/kafka/libs/', 'deploy/kafka/target/', 'libs/domain/src/tables/'] },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // An event consumer's worst faults are promises that nobody waits for.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^#(lib|app)/(?!(?:runtime/(?:nest|config)|store/data-format)$)[^/]+/|^(\\.\\./){2,}[^./][^/]*/src/',
              message: 'A lib is imported by its name (#lib/domain): its index.ts is its public interface.',
            },
          ],
        },
      ],
      'no-console': ['error', { allow: ['error'] }],
      eqeqeq: 'error',
      'no-empty': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // A page has types of its own: those of a browser.
    files: ['apps/verify-page/**/*.ts'],
    languageOptions: { parserOptions: { project: './apps/verify-page/tsconfig.json' } },
  },
  {
    // A suite is one function that holds its cases; measured values are printed.
    files: ['**/*.spec.ts', '**/*.contract.ts'],
    rules: { 'max-lines-per-function': 'off', 'no-console': 'off' },
  },
  // Programs about the product look into its parts, and into each other.
  { files: ['apps/{bench,chaos}/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['apps/bench/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['scripts/**/*.mjs', 'bin/*.mjs', 'deploy/**/*.mjs', '*.mjs'],
    rules: {
      'max-lines': ['error', { max: 500 }],
      'max-lines-per-function': ['error', { max: 70 }],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
);
