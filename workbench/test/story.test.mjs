// The story by the committed dashboards: the tunnel's alarm → who did something
// around that time → the history of what was touched; and the monitoring room.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { settled, start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start(['--bridge']);
});
after(() => bench?.stop());

const panel = (page, title) => page.getByRole('region', { name: title, exact: true });
const place = { 'var-datasource': 'andon-aws', 'var-account': 'default', 'var-region': 'ap-northeast-1' };

/** Goes where a link leads, and says so where what it leads to is wrong. */
async function follow(page, link) {
  const from = page.url();
  await link.click();
  await page.waitForURL((url) => url.href !== from);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await settled(page);
  assert.equal(await page.getByRole('main').getByRole('alert').count(), 0, await page.getByRole('main').innerText());
}

test('from the alarm to who did it, and to what became of it', async () => {
  const page = await bench.open('/d/andon-alarms', place);
  await follow(page, panel(page, 'Alarms').getByRole('link', { name: 'vpn-tunnel-1-down' }));
  const events = page.getByRole('row').filter({ hasText: 'StopInstances' }).filter({ hasText: 'tanaka' });
  await events.first().waitFor();
  await follow(page, events.first().getByRole('link', { name: 'i-0a1b2c3d4e5f60041' }));
  await page
    .getByText(/running → stopped/)
    .first()
    .waitFor();
  await page.context().close();
});

test('the monitoring room shows alerts and towers', async () => {
  const page = await bench.open('/d/andon-room', { 'var-datasource': 'andon-board', 'var-board': 'andon-board' });
  await panel(page, 'Open alerts').getByText('VPNTunnelDown').waitFor();
  await panel(page, 'Towers').getByText('ops-room').waitFor();
  await panel(page, 'Unacknowledged').getByText('critical').waitFor();
  await settled(page);
  assert.equal(await page.getByRole('main').getByRole('alert').count(), 0);
  await page.context().close();
});

for (const lang of ['', '-ja']) {
  for (const uid of ['andon-room', 'andon-ec2-vpn', 'andon-alarms', 'andon-logs', 'andon-who', 'andon-config']) {
    test(`/d/${uid}${lang} opens without a fault`, async () => {
      const board = uid === 'andon-room' ? { 'var-datasource': 'andon-board', 'var-board': 'andon-board' } : place;
      const page = await bench.open(`/d/${uid}${lang}`, board);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      const errors = await page.getByRole('main').getByTestId('data-testid Alert error').allInnerTexts();
      assert.deepEqual(errors, []);
      assert.deepEqual(bench.complaints.splice(0), []);
      await page.context().close();
    });
  }
}
