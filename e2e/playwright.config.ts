import { dirname } from 'node:path';
import type { PluginOptions } from '@grafana/plugin-e2e';
import { defineConfig } from '@playwright/test';

// Tests against a real Grafana that was provisioned by the files of
// provisioning/grafana. GRAFANA_URL names it; GRAFANA_ADMIN_USER and
// GRAFANA_ADMIN_PASSWORD log in (admin, admin).
const url = process.env.GRAFANA_URL;
if (!url) {
  throw new Error(
    'GRAFANA_URL is not set: which Grafana is to be tried? As GRAFANA_URL=http://localhost:3000 npm run e2e:grafana'
  );
}

const user = process.env.GRAFANA_ADMIN_USER ?? 'admin';
const password = process.env.GRAFANA_ADMIN_PASSWORD ?? 'admin';
const authentication = `${dirname(require.resolve('@grafana/plugin-e2e'))}/auth`;
const state = '../.cache/e2e';

export default defineConfig<PluginOptions>({
  testDir: '.',
  outputDir: `${state}/results`,
  reporter: [['list']],
  timeout: 120_000,
  expect: { timeout: 30_000 },
  workers: 1, // one Grafana, whose preferences and dashboards the tests share
  use: {
    baseURL: url,
    viewport: { width: 1600, height: 1000 },
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
    grafanaAPICredentials: { user, password },
    // Grafana changes the token of a login every ten minutes; all the tests take longer.
    extraHTTPHeaders: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  },
  projects: [
    { name: 'log in', testDir: authentication, testMatch: [/.*\.js/] },
    { name: 'grafana', use: { storageState: 'playwright/.auth/admin.json' }, dependencies: ['log in'] },
  ],
});
