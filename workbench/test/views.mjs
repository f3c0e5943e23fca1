// What the pictures of the documentation show, and what is checked for layout.

import { settled } from './workbench.mjs';

const aws = { uid: 'andon-aws' };
const explore = (query, source = aws) =>
  `/explore?source=${source.uid}&queries=${encodeURIComponent(JSON.stringify([{ refId: 'A', datasource: source, ...query }]))}`;

async function run(page) {
  await page.getByRole('button', { name: /^(Run query|クエリを実行)$/ }).click();
  await page
    .getByRole('region', { name: /^(Result|結果)$/ })
    .getByText(/^(Rows: [1-9]|行数：[1-9])/)
    .waitFor();
  await settled(page);
}

async function drawn(page) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
}

export const views = [
  {
    name: 'query-metrics',
    address: explore({
      queryType: 'metrics',
      mode: 'metric',
      namespace: 'AWS/VPN',
      metricName: 'TunnelState',
      dimensions: { VpnId: ['*'], TunnelIpAddress: ['*'] },
      statistic: 'Minimum',
      period: '60',
    }),
    show: run,
  },
  {
    name: 'query-logs',
    address: explore({
      queryType: 'logs',
      mode: 'filter',
      logGroups: ['/var/log/secure'],
      pattern: 'preauth',
      limit: 20,
    }),
    show: run,
  },
  { name: 'query-alarms', address: explore({ queryType: 'alarms', kind: 'table' }), show: run },
  {
    name: 'query-cloudtrail',
    address: explore({ queryType: 'cloudtrail', kind: 'events', attribute: 'EventName', value: 'StopInstances' }),
    show: run,
  },
  {
    name: 'query-config',
    address: explore({
      queryType: 'config',
      kind: 'history',
      resourceType: 'AWS::EC2::Instance',
      resourceId: 'i-0a1b2c3d4e5f60041',
    }),
    show: run,
  },
  { name: 'query-andon', address: explore({ queryType: 'andon', kind: 'alerts' }, { uid: 'andon-board' }), show: run },
  {
    name: 'settings',
    address: '/config',
    async show(page) {
      await page.getByRole('button', { name: /^(Check each part|機能ごとに確認)$/ }).click();
      await page.getByRole('table').waitFor();
    },
  },
  {
    name: 'mistake',
    address: explore({
      queryType: 'metrics',
      mode: 'metric',
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      id: '1M',
      period: '7',
    }),
    async show(page) {
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'dashboard-room',
    address: '/d/andon-room?var-datasource=andon-board&var-board=andon-board',
    addressIn: { 'ja-JP': '/d/andon-room-ja?var-datasource=andon-board&var-board=andon-board' },
    show: drawn,
  },
  dashboard('dashboard-ec2-vpn', 'ec2-vpn'),
  // The story: the tunnel's alarm, who did it, and what became of the instance.
  dashboard('story-1-alarms', 'alarms'),
  dashboard('story-2-who', 'who'),
  dashboard('story-3-config', 'config', '&var-type=AWS::EC2::Instance&var-resource=i-0a1b2c3d4e5f60041'),
];

function dashboard(name, uid, more = '') {
  const asked = `?var-datasource=andon-aws&var-account=default&var-region=ap-northeast-1${more}`;
  return {
    name,
    address: `/d/andon-${uid}${asked}`,
    addressIn: { 'ja-JP': `/d/andon-${uid}-ja${asked}` },
    show: drawn,
  };
}
