import grafana from '@grafana/eslint-config/flat.js';
import i18n from '@grafana/i18n/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';

export default defineConfig([
  globalIgnores(['bin/', 'coverage/', 'dist/', 'docs/', 'node_modules/', 'pkg/', 'provisioning/', 'workbench/out/']),
  ...grafana,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { '@grafana/i18n': i18n },
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      // TypeScript checks props, and the JSX transform needs no React in scope.
      'react/prop-types': 'off',
      'react/react-in-jsx-scope': 'off',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@grafana/i18n/no-untranslated-strings': ['error', { calleesToIgnore: ['^css$'] }],
      '@grafana/i18n/no-translation-top-level': 'error',
    },
  },
  {
    // For who develops the plugin: it has its own few words, and draws graphs
    // with what Grafana's panels used to be made of.
    files: ['workbench/src/**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { project: './workbench/tsconfig.json' } },
    rules: {
      'react/prop-types': 'off',
      'react/react-in-jsx-scope': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    // Tests in a real Grafana; "page" and "request" are Playwright's, not hooks.
    files: ['e2e/**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: { '@typescript-eslint/no-explicit-any': 'error', 'react-hooks/rules-of-hooks': 'off' },
  },
  {
    // Tests render what no user reads.
    files: ['src/**/*.test.{ts,tsx}', 'src/testing/**'],
    rules: { '@grafana/i18n/no-untranslated-strings': 'off' },
  },
]);
