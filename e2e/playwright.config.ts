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
    // Without a login: Grafana changes its token every ten minutes, which all the tests may take, and a page whose
    // token is too old loads itself again and again.
    extraHTTPHeaders: { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  },
});
