import { board, expect, picture, test } from './grafana';

interface Rule {
  uid: string;
  state: string;
  health: string;
  lastError?: string;
}

interface Frame {
  schema: { fields: Array<{ name: string }> };
  data: { values: unknown[][] };
}

// The provisioned rules on the fake AWS's story: its tunnel is down.
test('the rules are evaluated, and the tunnel that is down fires', async ({ page }) => {
  test.setTimeout(360_000);
  const rules = async () => {
    const answer = await page.request.get('/api/prometheus/grafana/api/v1/rules');
    const { data } = (await answer.json()) as { data: { groups: Array<{ file: string; rules: Rule[] }> } };
    return data.groups.flatMap((group) => group.rules).filter((rule) => rule.uid.startsWith('andon-'));
  };
  await expect
    .poll(async () => (await rules()).find((rule) => rule.uid === 'andon-vpn-tunnel-down')?.state, {
      timeout: 300_000,
      intervals: [5_000],
    })
    .toBe('firing');
  for (const rule of await rules()) {
    expect(rule.health, `${rule.uid}: ${rule.lastError}`).toBe('ok');
  }
});

// From Grafana's rule through the contact point and the bridge to the lamp, as
// the bridge reads it back from its tower.
test('the lamp is lit', async ({ page }) => {
  test.setTimeout(360_000);
  const red = async () => {
    const queries = [{ refId: 'A', datasource: board, queryType: 'andon', kind: 'towers' }];
    const answer = await page.request.post('/api/ds/query', { data: { from: 'now-1h', to: 'now', queries } });
    expect(answer.ok(), await answer.text()).toBe(true);
    const { results } = (await answer.json()) as { results: { A: { frames: Frame[] } } };
    const [{ schema, data }] = results.A.frames;
    return data.values[schema.fields.findIndex((field) => field.name === 'red')];
  };
  await expect
    .poll(red, { timeout: 300_000, intervals: [5_000] })
    .toContainEqual(expect.stringMatching(/steady|flash/));
});

// Grafana shows a new rule with the default query of the first data source, which
// is not in the rule yet: that is the board's.
test('a new rule asks what it shows', async ({ page }) => {
  await page.goto(`/alerting/new/alerting?defaults=${encodeURIComponent('{"type":"grafana"}')}`);
  await page.getByTestId('data-testid Data source picker select container').first().click();
  await page
    .getByRole('button', { name: /^Andon/ })
    .first()
    .click();
  await expect(page.getByLabel('Query type')).toHaveValue('Andon board');
  await expect(page.getByText('Can alert', { exact: true })).toBeVisible();
  const asked = page.waitForResponse(/\/api\/v1\/eval/);
  await page
    .getByRole('button', { name: /preview/i })
    .first()
    .click();
  const answer = await asked;
  expect(answer.ok(), await answer.text()).toBe(true);
  const { data } = answer.request().postDataJSON() as { data: Array<{ model: { queryType?: string; kind?: string } }> };
  expect(data[0].model).toMatchObject({ queryType: 'andon', kind: 'counts' });
  const { results } = (await answer.json()) as { results: Record<string, { error?: string }> };
  expect(Object.values(results).map(({ error }) => error)).toEqual(Object.keys(results).map(() => undefined));
  await picture(page, 'alert rule new');
});
