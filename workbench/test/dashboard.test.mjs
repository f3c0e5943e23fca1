// The workbench's drawing of dashboards: what stands in the committed ones can
// be judged by it only if it does what Grafana does.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Mouse } from './hands.mjs';
import { settled, start } from './workbench.mjs';

const dashboards = path.join(path.dirname(fileURLToPath(import.meta.url)), 'dashboards');

let bench;
before(async () => {
  bench = await start(['--dashboards', dashboards]);
});
after(() => bench?.stop());

const panel = (page, title) => page.getByRole('region', { name: title, exact: true });

test('the list leads to a dashboard', async () => {
  const page = await bench.open('/', { lang: 'ja-JP' });
  await page.getByRole('link', { name: 'Every part that the workbench draws' }).click();
  await page.getByRole('heading', { name: 'Every part that the workbench draws' }).waitFor();
  assert.match(page.url(), /\/d\/parts\?.*lang=ja-JP/);
  await page.context().close();
});

test('panels show their rows, and what is wrong stays in its panel', async () => {
  const page = await bench.open('/d/parts');
  await panel(page, /^CPU of/)
    .getByText('i-0a1b2c3d4e5f60011')
    .first()
    .waitFor();
  await panel(page, 'Alarms').getByText('vpn-tunnel-1-down').first().waitFor();
  await panel(page, 'Alarms by state').getByText('ALARM').first().waitFor();
  await panel(page, 'Words').getByText('ap-northeast-1').waitFor();
  await panel(page, 'A map').getByText('geomap: its data as a table').waitFor();
  await panel(page, 'A map').getByText('vpn-degraded').first().waitFor();
  await panel(page, 'Wrong')
    .getByText(/"weather" is not known/)
    .waitFor();
  await panel(page, 'No such source')
    .getByText(/no data source gone/)
    .waitFor();
  await settled(page);
  assert.equal(await page.getByRole('main').getByRole('alert').count(), 2);
  assert.deepEqual(bench.complaints.splice(0), []);
  await page.context().close();
});

test('variables of the address are taken, and changed ones ask anew', async () => {
  const page = await bench.open('/d/parts', { 'var-word': 'degraded', 'var-instance': 'i-0a1b2c3d4e5f60021' });
  const alarms = panel(page, 'Alarms');
  await alarms.getByText('vpn-degraded').first().waitFor();
  assert.equal(await alarms.getByText('vpn-tunnel-1-down').count(), 0);
  const cpu = panel(page, 'CPU of i-0a1b2c3d4e5f60021');
  await cpu.getByText('i-0a1b2c3d4e5f60021').first().waitFor();
  assert.equal(await cpu.getByText('i-0a1b2c3d4e5f60011').count(), 0);

  await new Mouse(page).fill('Word', 'tunnel-1');
  await alarms.getByText('vpn-tunnel-1-down').first().waitFor();
  assert.match(page.url(), /var-word=tunnel-1/);
  await page.context().close();
});

test('a data link has the values of its row, the time range and the variables', async () => {
  const page = await bench.open('/d/parts');
  const link = panel(page, 'Alarms').getByRole('link', { name: 'vpn-tunnel-1-down' });
  await link.waitFor();
  const url = new URL(await link.getAttribute('href'), bench.url);
  assert.equal(url.searchParams.get('alarm'), 'vpn-tunnel-1-down');
  const { anchor } = await (await page.request.get(`${bench.url}/api/workbench`)).json();
  assert.equal(url.searchParams.get('since'), String(anchor));
  assert.match(url.searchParams.get('from'), /^\d{13}$/);
  assert.equal(url.searchParams.get('var-region'), 'ap-northeast-1');
  assert.deepEqual(url.searchParams.getAll('var-state'), ['ALARM']);
  await page.context().close();
});

const clock = (time, timeZone) =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(time);

test('times are those of the browser’s zone, unless the address names another', async () => {
  const { anchor } = await (await fetch(`${bench.url}/api/workbench`)).json();
  for (const { shown, ...address } of [
    { shown: 'Asia/Tokyo' },
    { shown: 'UTC', timezone: 'utc' },
    { shown: 'America/Lima', timezone: 'America/Lima' },
  ]) {
    const page = await bench.open('/d/parts', { timezoneId: 'Asia/Tokyo', ...address });
    const row = panel(page, 'Alarms').getByRole('row').filter({ hasText: 'vpn-tunnel-1-down' });
    await row.getByText(clock(anchor, shown)).waitFor();
    await page.context().close();
  }
});

test('a dashboard asks anew at its interval, which the picker changes and the address keeps', async () => {
  const page = await bench.open('/d/parts', { refresh: '1s' });
  const asked = () => page.waitForRequest((r) => r.url().includes('/api/ds/query'));
  await panel(page, 'Alarms').getByText('vpn-tunnel-1-down').first().waitFor();
  await settled(page);
  for (let i = 0; i < 3; i++) {
    await asked();
    await settled(page);
  }
  await page.getByRole('button', { name: /auto refresh/i }).click();
  await page.getByRole('menuitemradio', { name: '5 seconds', exact: true }).click();
  assert.match(page.url(), /refresh=5s/);
  await asked();
  assert.deepEqual(
    bench.complaints.splice(0).filter((c) => !/weather|gone/.test(c)),
    []
  );
  await page.context().close();
});

test('a dashboard that is not there says which are', async () => {
  const page = await bench.open('/d/nothing');
  await page
    .getByText(/there is no dashboard "nothing".*parts/)
    .first()
    .waitFor();
  await page.context().close();
  bench.complaints.splice(0);
});
