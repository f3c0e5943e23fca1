import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aws, board, expect, expectNoError, picture, settled, test, withDashboard } from './grafana';

const folder = join(__dirname, '../provisioning/grafana/dashboards');

interface Saved {
  uid: string;
  title: string;
  panels: Array<{ type: string; title: string }>;
  templating: { list: Array<{ type: string; name: string }> };
}

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const saved = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Saved;
  test(`${saved.uid} shows every panel without an error`, async ({ page }) => {
    const source = saved.uid.startsWith('andon-room') ? board : aws;
    await page.goto(`/d/${saved.uid}?var-datasource=${source.uid}&from=now-1h&to=now&kiosk`);
    await settled(page);
    await picture(page, saved.uid);
    await page.mouse.move(800, 500);
    for (let i = 0; i < 10; i++) {
      await page.mouse.wheel(0, 600); // panels further down load when they are seen
      await settled(page);
    }
    await expectNoError(page);
  });
}

test('a link leads from the alarm to who did it, and to what became of the instance', async ({ page }) => {
  await page.goto(`/d/andon-alarms?var-datasource=${aws.uid}&from=now-2h&to=now`);
  await settled(page);
  // The oldest change of its state is the one that fired: the newest may be that the tunnel is up again.
  await page.getByRole('link', { name: 'vpn-tunnel-1-down', exact: true }).last().click();
  await expect(page).toHaveURL(/\/d\/andon-who/);
  const event = page.getByRole('row').filter({ hasText: 'StopInstances' });
  await expect(event).toContainText('tanaka');
  await event.getByRole('link', { name: /^i-0/ }).click();
  await expect(page).toHaveURL(/\/d\/andon-config/);
  await expect(page.getByText(/running → stopped/).first()).toBeVisible();
  await expectNoError(page);
});

test('variables and annotations', async ({ page }) => {
  const dashboard = {
    title: 'e2e variables',
    time: { from: 'now-1h', to: 'now' },
    templating: {
      list: [
        {
          type: 'query',
          name: 'region',
          datasource: aws,
          refresh: 1,
          query: { refId: 'V', source: 'list', list: 'regions' },
        },
        {
          type: 'query',
          name: 'instance',
          datasource: aws,
          refresh: 1,
          query: {
            refId: 'V',
            source: 'query',
            column: 'id',
            query: { refId: 'A', queryType: 'config', resourceType: 'AWS::EC2::Instance' },
          },
        },
      ],
    },
    annotations: {
      list: [
        {
          name: 'Alarms',
          datasource: aws,
          enable: true,
          iconColor: 'red',
          target: { refId: 'Anno', queryType: 'alarms', kind: 'annotations' },
        },
      ],
    },
    panels: [
      {
        id: 1,
        type: 'timeseries',
        title: 'CPU',
        datasource: aws,
        gridPos: { x: 0, y: 0, w: 24, h: 12 },
        targets: [
          {
            refId: 'A',
            datasource: aws,
            queryType: 'metrics',
            namespace: 'AWS/EC2',
            metricName: 'CPUUtilization',
            dimensions: { InstanceId: '*' },
          },
        ],
      },
    ],
  };
  await withDashboard(page, dashboard, async (uid) => {
    await page.goto(`/d/${uid}`);
    await settled(page);
    await expect(page.getByText('ap-northeast-1').first()).toBeVisible();
    await expect(page.getByText(/^i-0/).first()).toBeVisible();
    await expect(page.getByTestId(/annotation-marker/).first()).toBeVisible();
    await expectNoError(page);
  });
});
