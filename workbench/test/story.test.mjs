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
  const waiting = panel(page, 'Open alerts, not acknowledged');
  await waiting.getByText('VPNTunnelDown').waitFor();
  // A link is as wide as the system that it leads to, whatever follows.
  const link = waiting.getByRole('link', { name: 'prometheus.example.jp:9090', exact: true }).first();
  assert.match(await link.getAttribute('href'), /^http:\/\/prometheus\.example\.jp:9090\/graph\?g0\.expr=/);
  const [text, cell] = [
    await link.boundingBox(),
    await link.locator('xpath=ancestor::*[@role="gridcell"]').boundingBox(),
  ];
  assert.ok(text.x + text.width <= cell.x + cell.width, 'the link is cut');
  await panel(page, 'Towers').getByText('ops-room').waitFor();
  await panel(page, 'Unacknowledged').getByText('critical').waitFor();
  await settled(page);
  assert.equal(await page.getByRole('main').getByRole('alert').count(), 0);
  await page.context().close();
});

for (const { lang, uid, list, taken, button, refresh } of [
  {
    lang: 'en-US',
    uid: 'andon-room',
    list: 'Open alerts, not acknowledged',
    taken: 'Open alerts, acknowledged',
    button: 'Acknowledge',
    refresh: 'Refresh',
  },
  {
    lang: 'ja-JP',
    uid: 'andon-room-ja',
    list: '発生中のアラート(未確認)',
    taken: '発生中のアラート(確認済み)',
    button: '確認(対応します)',
  },
]) {
  test(`an alert is acknowledged from its row of /d/${uid}, after a question`, async () => {
    const alert = lang === 'en-US' ? 'DiskFull' : 'BackupLate';
    const board = { 'var-datasource': 'andon-board', 'var-board': 'andon-board' };
    const page = await bench.open(`/d/${uid}`, {
      lang,
      login: 'suzuki',
      role: 'Editor',
      ...(refresh && { refresh: '' }),
      ...board,
    });
    const row = panel(page, list).getByRole('row').filter({ hasText: alert });
    await row.getByRole('button', { name: button }).click();
    const question = page.getByRole('dialog');
    await question.getByText(lang === 'en-US' ? /in your name\?/ : /あなたの名前で/).waitFor();
    assert.equal(await row.getByText('suzuki').count(), 0);
    await question.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByText(lang === 'en-US' ? 'API call was successful' : 'API の呼び出しに成功しました').waitFor();
    if (refresh) {
      await page.getByRole('button', { name: refresh, exact: true }).click();
    } // else by itself, as often as the dashboard says
    // It goes to those that somebody has, which have no button.
    const itsRow = panel(page, taken).getByRole('row').filter({ hasText: alert });
    await itsRow.getByText(lang === 'en-US' ? 'suzuki (by grafana)' : 'suzuki(grafana 経由)').waitFor();
    await settled(page);
    assert.equal(await row.count(), 0);
    assert.equal(await panel(page, taken).getByRole('button', { name: button }).count(), 0);
    assert.deepEqual(bench.complaints.splice(0), []);
    await page.context().close();
  });
}

test('a viewer has no button, and a refusal is told', async () => {
  const board = { 'var-datasource': 'andon-board', 'var-board': 'andon-board' };
  const page = await bench.open('/d/andon-room', { role: 'Viewer', ...board });
  const row = panel(page, 'Open alerts, not acknowledged').getByRole('row').filter({ hasText: 'VPNTunnelDown' });
  await row.waitFor();
  await settled(page);
  assert.equal(await row.getByRole('button', { name: 'Acknowledge' }).count(), 0);
  await page.context().close();

  const refused = await bench.open('/d/andon-room', board);
  await refused.route('**/resources/andon/ack*', (route) =>
    route.fulfill({ status: 409, json: { message: 'the alert is not open' } })
  );
  await panel(refused, 'Open alerts, not acknowledged').getByRole('button', { name: 'Acknowledge' }).first().click();
  await refused.getByRole('dialog').getByRole('button', { name: 'Confirm', exact: true }).click();
  await refused.getByText('the alert is not open').waitFor();
  bench.complaints.splice(0); // the refusal
  await refused.context().close();
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
