import type { Page, Request } from '@playwright/test';
import { aws, choose, expect, picture, settled, speak, test, withDashboard, write } from './grafana';

/** Kana tells Japanese from names and numbers. */
const japanese = /[ぁ-んァ-ヶ]/;

/** A notice, an error, and a graph, for whoever reads. */
const panels = [
  { type: 'table', title: 'Events', query: { queryType: 'cloudtrail', limit: 1 } },
  { type: 'timeseries', title: 'Nowhere', query: { ...cpu(), region: 'xx-nowhere-1' } },
  { type: 'timeseries', title: 'CPU', query: cpu() },
].map(({ query, ...panel }, n) => ({
  ...panel,
  id: n + 1,
  datasource: aws,
  gridPos: { x: 0, y: 8 * n, w: 24, h: 8 },
  targets: [{ refId: 'A', datasource: aws, ...query }],
}));
const dashboard = { title: 'e2e language', time: { from: 'now-1h', to: 'now' }, panels };

function cpu() {
  const dimensions = { InstanceId: '*' };
  return { queryType: 'metrics', namespace: 'AWS/EC2', metricName: 'CPUUtilization', dimensions };
}

interface Model {
  queryType?: string;
  language?: string;
  limit?: number;
}

/** What the page asks the data source. */
function listen(page: Page): Model[] {
  const asked: Model[] = [];
  page.on('request', (request: Request) => {
    if (request.url().includes('/api/ds/query')) {
      asked.push(...(request.postDataJSON() as { queries: Model[] }).queries);
    }
  });
  return asked;
}

function inJapanese(asked: Model[]) {
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ language }) => language !== 'ja')).toEqual([]);
}

test.describe('a Japanese reader', () => {
  test.beforeEach(({ page }) => speak(page.request, 'ja-JP'));
  test.afterEach(({ page }) => speak(page.request, 'en-US'));

  test('is told notices, errors and statistics in Japanese', async ({ page }) => {
    const asked = listen(page);
    await withDashboard(page, dashboard, async (uid) => {
      const notice = page.waitForResponse((answer) => Boolean(answer.request().postData()?.includes('cloudtrail')));
      await page.goto(`/d/${uid}`);
      expect(await (await notice).text()).toContain('イベントが上限を超えています');
      await settled(page);
      await page.getByTestId('data-testid Panel status error').hover();
      await expect(page.getByRole('tooltip')).toHaveText(/xx-nowhere-1.*はありません/);
      await picture(page, 'error ja');
      inJapanese(asked);

      await page.getByTestId('data-testid Panel header Events').hover();
      await page.keyboard.press('i'); // Grafana's key for the inspector of the panel under the mouse
      await page.getByRole('dialog').getByRole('tab').nth(1).click(); // statistics
      await expect(page.getByText('AWS の呼び出し')).toBeVisible();
      await picture(page, 'inspector ja');
    });
  });

  test('saves a panel for readers of any language', async ({ page }) => {
    const asked = listen(page);
    await withDashboard(page, dashboard, async (uid) => {
      await page.goto(`/d/${uid}?editPanel=1`);
      await write(page.getByPlaceholder('1000'), '2');
      await expect.poll(() => asked.at(-1)?.limit).toBe(2);
      inJapanese(asked);
      await page.getByTestId('data-testid Save dashboard button').click();
      const saved = page.waitForResponse(
        (answer) => /dashboards/.test(answer.url()) && /POST|PUT/.test(answer.request().method())
      );
      await page.getByTestId('data-testid Save dashboard drawer button').click();
      const answer = await saved;
      expect(answer.ok(), await answer.text()).toBe(true);
      const now = await (await page.request.get(`/api/dashboards/uid/${uid}`)).json();
      expect(now.dashboard.panels[0].targets[0]).toMatchObject({ queryType: 'cloudtrail', limit: 2 });
      expect(JSON.stringify(now.dashboard.panels)).not.toContain('language');
    });
  });

  test('shares an address of Explore for readers of any language', async ({ page }) => {
    const asked = listen(page);
    await withDashboard(page, dashboard, async (uid) => {
      await page.goto(`/d/${uid}`);
      await settled(page);
      await page.getByTestId('data-testid Panel header Events').hover();
      await page.keyboard.press('p');
      await page.keyboard.press('x'); // Grafana’s keys for Explore with the panel under the mouse
      await page.waitForURL(/\/explore/);
      await write(page.getByPlaceholder('1000'), '2');
      await expect.poll(() => asked.at(-1)?.limit).toBe(2);
      inJapanese(asked);
      const address = () => new URL(page.url()).searchParams.get('panes') ?? '';
      await expect.poll(address).toContain('"limit":2');
      expect(address()).not.toContain('language');
    });
  });

  test('makes an alert rule whose messages are for everybody', async ({ page }) => {
    await page.goto(`/alerting/new/alerting?defaults=${encodeURIComponent('{"type":"grafana"}')}`);
    await page.getByTestId('data-testid Data source picker select container').first().click();
    await page.getByRole('button', { name: /^AWS/ }).first().click();
    await choose(page.getByLabel('クエリの種類'), 'メトリクス');
    const asked = page.waitForRequest(/\/api\/v1\/eval/);
    await page
      .getByRole('button', { name: /プレビュー/ })
      .first()
      .click();
    const { data } = (await asked).postDataJSON() as { data: Array<{ model: Model }> };
    expect(data[0].model.queryType).toBe('metrics');
    expect(JSON.stringify(data)).not.toContain('language');
    await picture(page, 'alert rule new ja');
  });

  test('checks the data source', async ({ page }) => {
    await page.goto(`/connections/datasources/edit/${aws.uid}`);
    await page.getByRole('button', { name: 'テスト', exact: true }).click();
    await expect(page.getByTestId('data-testid Alert success')).toContainText(japanese);
    await picture(page, 'health ja');
  });
});
