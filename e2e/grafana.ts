import { join } from 'node:path';
import { expect, test as base } from '@grafana/plugin-e2e';
import { request, type APIRequestContext, type Locator, type Page } from '@playwright/test';

interface Preferences {
  language?: string;
}

/** Grafana's tests, in English: the language of the user is put back when they are done. */
export const test = base.extend<object, { english: void }>({
  english: [
    async ({}, use, { project }) => {
      const { baseURL, grafanaAPICredentials } = project.use as Record<string, never>;
      const { user, password } = grafanaAPICredentials as { user: string; password: string };
      const basic = Buffer.from(`${user}:${password}`).toString('base64');
      const api = await request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Basic ${basic}` } });
      const answer = await api.get('/api/user/preferences');
      const { language = '' } = (await answer.json()) as Preferences;
      await speak(api, 'en-US');
      await use();
      await speak(api, language);
      await api.dispose();
    },
    { scope: 'worker', auto: true },
  ],
});

export { expect };

/** Sets the language of the user, who reads in it from the next page on. */
export async function speak(api: APIRequestContext, language: string) {
  const answer = await api.patch('/api/user/preferences', { data: { language } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** Keeps how the page looks, for people: whether it is beautiful no test says. */
export async function picture(page: Page, name: string) {
  const path = join(__dirname, '../.cache/e2e/pictures', `${name.replace(/\W+/g, '-')}.png`);
  // Graphs are drawn when the page is painted anew.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.screenshot({ path });
}

/** Chooses an option of one of the plugin's menus. */
export async function choose(field: Locator, text: string) {
  const page = field.page();
  await field.click();
  await page.keyboard.type(text);
  await page.getByRole('option').filter({ hasText: text }).first().click();
}

/** Writes into one of the plugin's fields, which are taken when they are left. */
export async function write(field: Locator, text: string) {
  await field.fill(text);
  await field.press('Tab');
}

/** The data source that provisioning/grafana/datasources/andon.yaml makes, and the one of board.yaml. */
export const aws = { type: 'andonhq-andon-datasource', uid: 'andon-aws' };
export const board = { type: 'andonhq-andon-datasource', uid: 'andon-board' };

/** What a page must not show: errors of panels, of queries, of Grafana itself. */
export async function expectNoError(page: Page) {
  await expect(page.getByTestId('data-testid Panel status error')).toHaveCount(0);
  // Explore keeps an empty one hidden, for errors to come.
  await expect(page.getByTestId('data-testid Alert error').filter({ visible: true })).toHaveCount(0);
}

/** Waits until no panel loads any more. */
export async function settled(page: Page) {
  await expect(page.getByTestId('data-testid panel content').first()).toBeVisible();
  await expect(page.getByTestId('panel-loading-bar')).toHaveCount(0);
  await expect(page.getByLabel('Panel loading bar')).toHaveCount(0);
}

/** Makes a dashboard that the test takes away again. */
export async function withDashboard(
  page: Page,
  dashboard: Record<string, unknown>,
  test: (uid: string) => Promise<void>
) {
  const made = await page.request.post('/api/dashboards/db', {
    data: { dashboard: { schemaVersion: 42, ...dashboard }, overwrite: true },
  });
  expect(made.ok(), await made.text()).toBe(true);
  const { uid } = (await made.json()) as { uid: string };
  try {
    await test(uid);
  } finally {
    await page.request.delete(`/api/dashboards/uid/${uid}`);
  }
}
