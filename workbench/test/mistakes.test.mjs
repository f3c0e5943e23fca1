// A mistake is shown beside the field that has it, and what the back end
// refuses beside the query; the neighbours are answered.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Mouse, field } from './hands.mjs';
import { settled, start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start();
});
after(() => bench?.stop());

const query = (fields) => ({ refId: 'A', datasource: { uid: 'andon-aws' }, ...fields });
const open = (queries) => bench.open(`/explore?queries=${encodeURIComponent(JSON.stringify(queries))}`);

for (const { name, fields, label, wrong, says } of [
  { name: 'an id of metrics', fields: { queryType: 'metrics' }, label: 'Id', wrong: '1M', says: /letter/ },
  { name: 'a limit of logs', fields: { queryType: 'logs' }, label: 'Limit', wrong: '99999', says: /10,000|10000/ },
  { name: 'a limit of alarms', fields: { queryType: 'alarms' }, label: 'Limit', wrong: 'many', says: /number|whole/i },
  {
    name: 'a value of CloudTrail',
    fields: { queryType: 'cloudtrail', attribute: 'EventName', value: 'Stop' },
    label: 'Value',
    wrong: '',
    says: /./,
  },
  {
    name: 'an advanced query of Config',
    fields: { queryType: 'config', kind: 'query' },
    label: 'Advanced query',
    wrong: 'SELECT resourceId FROM resources',
    says: /FROM/,
  },
]) {
  test(`${name} that is wrong`, async () => {
    const page = await open([query(fields)]);
    const hand = new Mouse(page);
    await hand.fill(label, wrong);
    const control = field(page, label);
    const message = control.locator('xpath=ancestor::*[.//*[@role="alert"]][1]//*[@role="alert"]').first();
    await message.waitFor();
    assert.match(await message.innerText(), says);
    const near = await page.evaluate(
      ([c, m]) => Math.abs(m.getBoundingClientRect().top - c.getBoundingClientRect().bottom),
      [await control.elementHandle(), await message.elementHandle()]
    );
    assert.ok(near < 40, `the message is ${near} pixels away from its field`);
    await page.context().close();
  });
}

test('what the back end refuses stands beside its query, and the neighbour is answered', async () => {
  const page = await open([
    query({ queryType: 'alarms' }),
    query({
      refId: 'B',
      queryType: 'metrics',
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      region: 'mars-north-1',
    }),
  ]);
  await new Mouse(page).press('Run query');
  await page.getByRole('region', { name: 'Query B' }).getByText('there is no region "mars-north-1"').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Query A' }).getByText('The query failed').count(), 0);
  await page.getByRole('region', { name: 'Result' }).getByText('vpn-tunnel-1-down').first().waitFor();
  await page.context().close();
});

test('a query of an unknown type says so', async () => {
  const page = await open([query({ queryType: 'weather' })]);
  await new Mouse(page).press('Run query');
  await page.getByText('weather', { exact: false }).first().waitFor();
  await settled(page);
  assert.ok((await page.getByRole('alert').count()) > 0);
  await page.context().close();
});

test('a board without a bridge says which setting is missing', async () => {
  const page = await bench.open('/explore', {
    source: 'andon-board',
    queries: JSON.stringify([{ refId: 'A', datasource: { uid: 'andon-board' }, queryType: 'andon' }]),
  });
  await new Mouse(page).press('Run query');
  await page
    .getByRole('region', { name: 'Query A' })
    .getByText(/bridgeUrl/)
    .first()
    .waitFor();
  await page.context().close();
});
