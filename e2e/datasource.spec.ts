import { aws, board, expect, test } from './grafana';

for (const { uid } of [aws, board]) {
  test(`${uid} is healthy`, async ({ page }) => {
    const health = await page.request.get(`/api/datasources/uid/${uid}/health`);
    expect(health.ok(), await health.text()).toBe(true);
    expect(await health.json()).toMatchObject({ status: 'OK' });
  });

  test(`${uid} is tested on its page`, async ({ page }) => {
    await page.goto(`/connections/datasources/edit/${uid}`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await expect(page.getByTestId('data-testid Alert success')).toBeVisible();
  });
}
