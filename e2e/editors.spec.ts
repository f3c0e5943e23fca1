import { aws, choose, expect, expectNoError, picture, test, withDashboard, write } from './grafana';

const panel = {
  id: 1,
  type: 'table',
  title: 'Alarms',
  datasource: aws,
  gridPos: { x: 0, y: 0, w: 24, h: 12 },
  targets: [{ refId: 'A', datasource: aws, queryType: 'alarms' }],
};
const time = { from: 'now-1h', to: 'now' };

test('a variable from a list, then from a column, in Grafana’s editor', async ({ page }) => {
  const variable = { type: 'query', name: 'v', datasource: aws, refresh: 1, query: { refId: 'V' } };
  const dashboard = { title: 'e2e variable editor', time, panels: [panel], templating: { list: [variable] } };
  await withDashboard(page, dashboard, async (uid) => {
    await page.goto(`/d/${uid}?editview=variables&editIndex=0`);
    const preview = page.getByTestId('data-testid Variable editor Preview of Values option');
    await choose(page.getByLabel('List', { exact: true }), 'Regions');
    await expect(preview.filter({ hasText: 'ap-northeast-1' }).first()).toBeVisible();
    await picture(page, 'variable from a list');

    await page.getByRole('radio', { name: 'A column of a query' }).click();
    await write(page.getByLabel('Column or label'), 'name');
    await expect(preview.filter({ hasText: 'vpn-tunnel-1-down' }).first()).toBeVisible();
    await picture(page, 'variable from a column');
    await expectNoError(page);
  });
});

test('an annotation in Grafana’s editor', async ({ page }) => {
  const annotation = { name: 'Marks', datasource: aws, enable: true, iconColor: 'red', target: { refId: 'Anno' } };
  const dashboard = { title: 'e2e annotation editor', time, panels: [panel], annotations: { list: [annotation] } };
  await withDashboard(page, dashboard, async (uid) => {
    await page.goto(`/d/${uid}?editview=annotations&editIndex=1`);
    await expect(page.getByLabel('Query type')).toBeVisible();
    await picture(page, 'annotation editor');
    await choose(page.getByLabel('Query type'), 'CloudTrail');
    await page.getByRole('button', { name: 'Test annotation query' }).click();
    await expect(page.getByText(/\d+ events \(from \d+ fields\)/)).toBeVisible();
    await picture(page, 'annotation tested');
    await expectNoError(page);
  });
});
