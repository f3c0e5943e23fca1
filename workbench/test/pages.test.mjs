// The editors of variables and annotations, and what they give; the page's language.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Keyboard, Mouse } from './hands.mjs';
import { settled, start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start();
});
after(() => bench?.stop());

for (const Hand of [Mouse, Keyboard]) {
  test(`a variable's list by ${new Hand().name}`, async () => {
    const page = await bench.open('/variables');
    const hand = new Hand(page);
    await hand.choose('List', 'Values of a dimension');
    await hand.choose('Namespace', 'AWS/EC2');
    await hand.choose('Dimension', 'InstanceId');
    await hand.press('Run query');
    await page.getByRole('list', { name: 'Values' }).getByText('i-0a1b2c3d4e5f60011').waitFor();
    assert.deepEqual(bench.complaints.splice(0), []);
    await page.context().close();
  });

  test(`a variable's column of a query by ${new Hand().name}`, async () => {
    const page = await bench.open('/variables');
    const hand = new Hand(page);
    await hand.pick('A column of a query');
    await hand.choose('Query type', 'Alarms');
    await hand.fill('Column or label', 'name');
    await hand.press('Run query');
    await page.getByRole('list', { name: 'Values' }).getByText('vpn-tunnel-1-down').waitFor();
    assert.deepEqual(bench.complaints.splice(0), []);
    await page.context().close();
  });

  for (const { type, fill, shows } of [
    { type: 'Alarms', fill: () => {}, shows: 'ALARM: vpn-tunnel-1-down' },
    {
      type: 'CloudTrail',
      async fill(hand) {
        await hand.choose('CloudTrail selects by', 'EventName');
        await hand.fill('Value', 'StopInstances');
      },
      shows: /StopInstances/,
    },
    {
      type: 'Config',
      async fill(hand) {
        await hand.choose('Resource type', 'AWS::EC2::Instance');
        await hand.fill('Resource id', 'i-0a1b2c3d4e5f60041');
      },
      shows: /i-0a1b2c3d4e5f60041|cgw-tokyo-1/,
    },
  ]) {
    test(`annotations of ${type} by ${new Hand().name}`, async () => {
      const page = await bench.open('/annotations');
      const hand = new Hand(page);
      await hand.choose('Query type', type);
      await fill(hand);
      await hand.press('Run query');
      await page.getByRole('region', { name: 'Result' }).getByRole('cell', { name: shows }).first().waitFor();
      await settled(page);
      assert.equal(await page.getByRole('main').getByRole('alert').count(), 0);
      await page.context().close();
    });
  }
}

for (const { locale, lang, shown } of [
  { locale: 'ja-JP', lang: null, shown: 'ja-JP' },
  { locale: 'ja', lang: null, shown: 'ja-JP' },
  { locale: 'de-DE', lang: null, shown: 'en-US' },
  { locale: 'ja-JP', lang: 'en-US', shown: 'en-US' },
]) {
  test(`a browser in ${locale} with ${lang ?? 'no language'} chosen shows ${shown}`, async () => {
    const page = await bench.open('/', { lang, locale });
    const heading = shown === 'ja-JP' ? 'ダッシュボード' : 'Dashboards';
    await page.getByRole('heading', { name: heading, exact: true }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), shown);
    await page.context().close();
  });
}
