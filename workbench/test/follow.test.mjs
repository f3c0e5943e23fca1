// A query of Logs Insights that takes longer than an answer: its panel asks
// again until AWS has ended it, and shows meanwhile what there is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled, start } from './workbench.mjs';

/** Opens the two queries where each of Logs Insights takes so long, and runs them. */
async function run(t, takes) {
  const bench = await start(['--queries-take', takes]);
  t.after(() => bench.stop());
  const page = await bench.open(`/explore?queries=${encodeURIComponent(JSON.stringify([slow, alarms]))}`);
  const answers = [];
  page.on('response', (response) => isQuery(response) && answers.push(response));
  const leftAlone = [];
  page.on('requestfailed', (request) => isQuery(request) && leftAlone.push(request));
  await page.getByRole('button', { name: 'Run' }).click();
  await page.getByText(/has been running in AWS for/).waitFor();
  return { bench, page, answers, leftAlone };
}

const isQuery = (exchange) => exchange.url().includes('/api/ds/query');
const asked = (request) => request.postDataJSON().queries;

const datasource = { uid: 'andon-aws' };
const slow = {
  refId: 'A',
  datasource,
  queryType: 'logs',
  mode: 'insights',
  logGroups: ['/var/log/secure'],
  query: 'fields @timestamp, @message | limit 5',
};
const alarms = { refId: 'B', datasource, queryType: 'alarms' };

test('a slow query says how far it is beside the rows of its neighbour, and ends with its own', async (t) => {
  const { bench, page, answers } = await run(t, '7s');
  assert.equal(await page.getByRole('region', { name: 'Result' }).getAttribute('aria-busy'), 'true');
  await page.getByText('vpn-tunnel-1-down').first().waitFor();

  await settled(page);
  await page.getByText('sshd').first().waitFor();
  await page.getByText('vpn-tunnel-1-down').first().waitFor();
  assert.equal(await page.getByText(/has been running in AWS for/).count(), 0);

  assert.ok(answers.length > 1, `${answers.length} rounds`);
  const requests = answers.map((answer) => answer.request());
  assert.deepEqual(
    requests.map((request) => asked(request).map(({ refId, follow }) => `${refId} ${follow ?? false}`)),
    [['A true', 'B false'], ...requests.slice(1).map(() => ['A true'])]
  );
  assert.equal(new Set(requests.map((request) => request.postDataJSON().from)).size, 1);
  assert.equal(new Set(requests.map((request) => request.url())).size, answers.length, 'each round has its own id');
  let started = 0;
  for (const answer of answers) {
    const { results } = await answer.json();
    started += results.A.frames[0].schema.meta.custom.usage.calls?.['logs:StartQuery'] ?? 0;
  }
  assert.equal(started, 1);
  assert.ok(!page.url().includes('follow'), 'the address, which may be saved, has it');
  assert.deepEqual(bench.complaints, []);
});

test('who goes on to another question leaves the slow one alone', async (t) => {
  const { bench, page, answers, leftAlone } = await run(t, '1h');
  await page.getByRole('button', { name: 'Remove query' }).first().click();
  await page.getByRole('button', { name: 'Run' }).click();
  await settled(page);
  await page.getByText('vpn-tunnel-1-down').first().waitFor();
  assert.deepEqual(
    leftAlone.map((request) => asked(request).map(({ refId }) => refId)),
    [['A']]
  );
  assert.deepEqual(
    asked(answers.at(-1).request()).map(({ refId }) => refId),
    ['B']
  );
  assert.deepEqual(bench.complaints, []);
});
