// For each query type a person builds a query from empty, by mouse and by
// keyboard, runs it and sees rows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Keyboard, Mouse } from './hands.mjs';
import { settled, start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start(['--bridge']);
});
after(() => bench?.stop());

// What a person does, and what then stands in the result.
const queries = [
  {
    type: 'Metrics',
    async build(hand) {
      await hand.press('Remove dimension InstanceId');
      await hand.choose('Namespace', 'AWS/VPN');
      await hand.choose('Metric', 'TunnelState');
      await hand.choose('Statistic', 'Minimum');
      await hand.press('Add dimension');
      await hand.choose('New dimension', 'VpnId');
      await hand.press('Add dimension');
      await hand.choose('New dimension', 'TunnelIpAddress');
    },
    shows: ['203.0.113.10', '203.0.113.20'],
  },
  {
    type: 'Metrics',
    title: 'Metrics by math',
    async build(hand) {
      await hand.pick('Math or SEARCH');
      await hand.fill(
        'Expression',
        "SEARCH('{AWS/VPN,TunnelIpAddress,VpnId} MetricName=\"TunnelState\"', 'Minimum', 300)"
      );
    },
    shows: ['203.0.113.10', '203.0.113.20'],
  },
  {
    type: 'Logs',
    title: 'Logs by plain filter',
    async build(hand) {
      await hand.add('Log groups', '/var/log/secure');
      await hand.fill('Filter pattern', 'preauth');
    },
    shows: ['[preauth]'],
  },
  {
    type: 'Logs',
    title: 'Logs Insights',
    async build(hand) {
      await hand.pick('Logs Insights');
      await hand.add('Log groups', '/var/log/secure');
      await hand.fill('Query', 'stats count(*) as lines by bin(5m)');
    },
    shows: ['lines'],
  },
  {
    type: 'Alarms',
    async build(hand) {
      await hand.add('States', 'ALARM');
      await hand.fill('Search', 'tunnel');
    },
    shows: ['vpn-tunnel-1-down'],
  },
  {
    type: 'CloudTrail',
    async build(hand) {
      await hand.choose('CloudTrail selects by', 'EventName');
      await hand.fill('Value', 'StopInstances');
    },
    shows: ['tanaka', 'i-0a1b2c3d4e5f60041'],
  },
  {
    type: 'Config',
    async build(hand) {
      await hand.choose('Show', 'History of a resource');
      await hand.choose('Resource type', 'AWS::EC2::Instance');
      await hand.fill('Resource id', 'i-0a1b2c3d4e5f60041');
    },
    shows: ['stopped'],
  },
  {
    type: 'Andon',
    title: 'the board of Andon',
    source: 'andon-board',
    async build(hand) {
      await hand.choose('Show', 'Open alerts');
      await hand.add('Matchers', 'severity="critical"');
    },
    shows: ['VPNTunnelDown'],
  },
];

for (const Hand of [Mouse, Keyboard]) {
  describe(`by ${new Hand().name}`, () => {
    for (const { type, title = type, source = 'andon-aws', build, shows } of queries) {
      test(title, async () => {
        const page = await bench.open('/explore', { source });
        const hand = new Hand(page);
        await hand.choose('Query type', type);
        await build(hand);
        await hand.press('Run query');
        const result = page.getByRole('region', { name: 'Result' });
        for (const text of shows) {
          await result.getByText(text).first().waitFor();
        }
        await settled(page);
        assert.match(await result.getByRole('status').innerText(), /^Rows: [1-9]/);
        assert.equal(await page.getByRole('alert').count(), 0, await page.getByRole('main').innerText());
        assert.deepEqual(bench.complaints.splice(0), []);
        await page.context().close();
      });
    }
  });
}

test('a new alert rule counts the alarms that burn', async () => {
  const page = await bench.open('/explore', { alert: '1' });
  await page.getByText('Can alert', { exact: true }).waitFor();
  await new Mouse(page).press('Run query');
  const result = page.getByRole('region', { name: 'Result' });
  await result.getByText('Rows: 1, frames: 1').waitFor();
  await result.getByText('ALARM').first().waitFor();
  assert.deepEqual(bench.complaints.splice(0), []);
  await page.context().close();
});

test('the log group that is filled in gives way to the one that somebody chooses', async () => {
  const page = await bench.open('/explore');
  const hand = new Mouse(page);
  await hand.choose('Query type', 'Logs');
  const form = page.getByRole('region', { name: 'Query A' });
  const chosen = form.getByText(/^\//); // their names begin so
  await chosen.first().waitFor();
  assert.notEqual(await chosen.first().innerText(), '/var/log/secure');
  await hand.add('Log groups', '/var/log/secure');
  await form.getByText('/var/log/secure', { exact: true }).waitFor();
  assert.equal(await chosen.count(), 1);
  await page.context().close();
});
