// Four kinds of tests, one project each. `npm test` runs the first three in this order, `npm run test:faults` the last; both start the
// servers that they need (infra/local/commands/test.ts, test-faults.ts). Select one with --selectProjects.
const ignored = ['/node_modules/', '<rootDir>/.local/', '<rootDir>/packages/client/dist/'];

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}`),
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  testPathIgnorePatterns: ignored,
  modulePathIgnorePatterns: ['<rootDir>/.local/', '<rootDir>/packages/client/dist/'],
  watchPathIgnorePatterns: ignored,
  ...more,
});

export default {
  // Tests wait for conditions, each with a deadline of its own; this one only ends what hangs.
  testTimeout: 60_000,
  projects: [
    project('unit', ['{packages,services}/*/src/**/*.test.ts', 'infra/**/!(*.int).test.ts', 'bench/*.test.ts']),
    project('integration', [
      '{packages,services}/*/test/**/*.int.test.ts',
      'infra/**/*.int.test.ts',
      'bench/test/**/*.int.test.ts',
    ]),
    project('e2e', ['tests/e2e/**/*.test.ts']),
    project('faults', ['tests/faults/**/*.test.ts']),
  ],
};
