import { aws, expect, expectNoError, picture, settled, test, withDashboard } from './grafana';
import { examples } from './queries';

const range = { from: 'now-1h', to: 'now' };

for (const { name, query, panel, shows } of examples) {
  test(`${name} in the panel editor`, async ({ page }) => {
    const targets = [{ refId: 'A', datasource: aws, ...query }];
    const panels = [
      { id: 1, type: panel, title: name, datasource: aws, targets, gridPos: { x: 0, y: 0, w: 24, h: 12 } },
    ];
    await withDashboard(page, { title: `e2e ${name}`, time: range, panels }, async (uid) => {
      await page.goto(`/d/${uid}?editPanel=1`);
      await settled(page);
      await expect(page.getByLabel('Query type').first()).toBeVisible();
      await expectNoError(page);
      if (shows) {
        await expect(page.getByText(shows).first()).toBeVisible();
      }
      await expect(page.getByText('No data', { exact: true })).toHaveCount(0);
      await picture(page, `panel ${name}`);
    });
  });

  test(`${name} in Explore`, async ({ page }) => {
    const panes = { a: { datasource: aws.uid, queries: [{ refId: 'A', datasource: aws, ...query }], range } };
    await page.goto(`/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify(panes))}`);
    await expect(page.getByLabel('Query type').first()).toBeVisible();
    await expect(
      page
        .getByTestId(/data-testid (panel content|Explore Table|explore-table)|logRows/)
        .or(page.locator('canvas'))
        .first()
    ).toBeVisible();
    await expectNoError(page);
    if (shows) {
      await expect(page.getByText(shows).first()).toBeVisible();
    }
    await expect(page.getByText('No data', { exact: true })).toHaveCount(0);
    await picture(page, `explore ${name}`);
  });
}
