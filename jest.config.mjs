// One runner for every suite; the file's suffix says what it needs (design: Layout).
// scripts/test.mjs chooses the suites and reports what had to be skipped and why.
export default {
  testEnvironment: 'node',
  // No test is about speed: a machine under load must not turn one red.
  testTimeout: 30_000,
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.custody/'],
};
