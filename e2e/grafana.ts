import { expect, type Page } from '@playwright/test';

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
