import type { Page, Request } from '@playwright/test';
import { aws, expect, expectNoError, picture, settled, test, withDashboard } from './grafana';

const panels = 24;

/** All of them are seen at once, so that all of them ask at once. */
test.use({ viewport: { width: 1600, height: 3200 } });

/** CPUs of the fake AWS's instances; by the percentile they are series that no cache has yet. */
async function dashboard(page: Page) {
  const list = await page.request.get(`/api/datasources/uid/${aws.uid}/resources/dimension-values`, {
    params: { namespace: 'AWS/EC2', metric: 'CPUUtilization', key: 'InstanceId' },
  });
  const { items } = (await list.json()) as { items: Array<{ value: string }> };
  const percentile = 10 + 10 * Math.random();
  return {
    title: 'e2e announced',
    time: { from: 'now-3h', to: 'now' },
    panels: Array.from({ length: panels }, (_, n) => ({
      id: n + 1,
      type: 'timeseries',
      title: `panel ${n}`,
      datasource: aws,
      gridPos: { x: (n % 4) * 6, y: Math.floor(n / 4) * 7, w: 6, h: 7 },
      targets: [
        {
          refId: 'A',
          datasource: aws,
          queryType: 'metrics',
          namespace: 'AWS/EC2',
          metricName: 'CPUUtilization',
          dimensions: { InstanceId: items[n % items.length].value },
          statistic: `p${(percentile + 10 * Math.floor(n / items.length)).toFixed(2)}`,
          period: '60',
        },
      ],
    })),
  };
}

/** The announcements and the panels' questions, as the page sends them. */
function listen(page: Page) {
  const announced: Request[] = [];
  const asked: Request[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith(`/datasources/uid/${aws.uid}/resources/ahead`)) {
      announced.push(request);
    } else if (request.url().includes('/api/ds/query')) {
      asked.push(request);
    }
  });
  return { announced, asked };
}

interface Answer {
  results: { A: { frames: Array<{ schema: { meta?: { custom?: { usage?: { calls?: Record<string, number> } } } } }> } };
}

/** The calls of CloudWatch that the panels' answers tell. */
async function callsTold(asked: Request[]) {
  let calls = 0;
  for (const request of asked) {
    const answer = (await (await request.response())?.json()) as Answer;
    calls += answer.results.A.frames[0].schema.meta?.custom?.usage?.calls?.['cloudwatch:GetMetricData'] ?? 0;
  }
  return calls;
}

async function drawn(page: Page) {
  await settled(page);
  await expect(page.locator('canvas')).toHaveCount(panels);
  await expectNoError(page);
}

test('a dashboard of many panels announces them once, and AWS is asked for them together', async ({ page }) => {
  const { announced, asked } = listen(page);
  await withDashboard(page, await dashboard(page), async (uid) => {
    await page.goto(`/d/${uid}`);
    await drawn(page);
    expect(announced).toHaveLength(1);
    expect((announced[0].postDataJSON() as { panels: unknown[] }).panels).toHaveLength(panels);
    expect((await announced[0].response())?.status()).toBe(204);
    expect(asked).toHaveLength(panels);
    // Those that the browser sends before the announcement may have calls of their own.
    const calls = await callsTold(asked);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThan(panels / 2);
    await picture(page, 'announced');

    await page.getByTestId('data-testid RefreshPicker run button').click();
    await expect.poll(() => asked.length).toBe(2 * panels);
    await drawn(page);
    expect(announced, 'a refresh of what is known').toHaveLength(1);

    await page.getByTestId('data-testid TimePicker Open Button').click();
    await page.getByText('Last 6 hours', { exact: true }).click();
    await expect.poll(() => asked.length).toBe(3 * panels);
    await drawn(page);
    expect(announced, 'another range').toHaveLength(2);
  });
});

test('who leaves takes the announcement along, and a refresh does not', async ({ page }) => {
  const { announced, asked } = listen(page);
  const failed: Request[] = [];
  page.on('requestfailed', (request) => failed.push(request));
  // Nothing is answered: the page is waiting all the time.
  await page.route(/\/resources\/ahead$|\/api\/ds\/query/, () => new Promise(() => undefined));
  await withDashboard(page, await dashboard(page), async (uid) => {
    await page.goto(`/d/${uid}`);
    await expect.poll(() => announced.length).toBe(1);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    const [first] = asked;

    await page.keyboard.press('d');
    await page.keyboard.press('r'); // Grafana's keys for a refresh: its button would cancel
    await expect.poll(() => failed).toContain(first);
    await expect.poll(() => asked.length).toBeGreaterThan(failed.length);
    expect(failed).not.toContain(announced[0]);
    expect(announced).toHaveLength(1);

    await page.locator('a[href$="/dashboards"]').first().click();
    await expect.poll(() => failed).toContain(announced[0]);

    await page.goBack();
    await expect.poll(() => announced.length).toBe(2);
    expect(failed).not.toContain(announced[1]);
  });
});

for (const status of [403, 404, 500]) {
  test(`an announcement that is answered ${status} is nobody’s concern`, async ({ page }) => {
    const { announced } = listen(page);
    const message = 'nothing of this is for the reader';
    await page.route(/\/resources\/ahead$/, (route) => route.fulfill({ status, json: { message } }));
    await withDashboard(page, await dashboard(page), async (uid) => {
      await page.goto(`/d/${uid}`);
      await drawn(page);
      expect(announced).toHaveLength(1);
      await expect(page.getByText(message)).toHaveCount(0);
    });
  });
}
