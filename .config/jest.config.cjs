// Packages that ship ES modules only: jest has to compile them.
const esModules = [
  '@grafana/schema',
  '@wojtekmaj/date-utils',
  'd3',
  'd3-[a-z-]+',
  'delaunator',
  'internmap',
  'robust-predicates',
  'get-user-locale',
  'marked',
  'memoize',
  'mimic-function',
  'ol',
  'react-calendar',
  'react-colorful',
  'rxjs',
  'uuid',
];

module.exports = {
  rootDir: '..',
  testEnvironment: 'jsdom',
  testTimeout: 60_000, // for a loaded machine; nothing waits that long
  testMatch: ['<rootDir>/src/**/*.test.{ts,tsx}'],
  setupFilesAfterEnv: ['<rootDir>/.config/jest/setup.ts'],
  moduleNameMapper: {
    '\\.(css|svg)$': '<rootDir>/.config/jest/stub.cjs',
    '^react-inlinesvg$': '<rootDir>/.config/jest/inlinesvg.tsx',
  },
  transform: {
    '^.+\\.[cm]?[tj]sx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  transformIgnorePatterns: [`node_modules/(?!(.*node_modules/)?(${esModules.join('|')})/)`],
};
