import { board, expect, expectNoError, picture, settled, test } from './grafana';

interface Answer {
  results: { A: { frames: Array<{ schema: { fields: Array<{ name: string }> }; data: { values: unknown[][] } }> } };
}

// The board keeps who has acknowledged; an alert that was taken already stays taken.
test('an alert is acknowledged from the room’s table', async ({ page }) => {
  await page.goto('/d/andon-room?from=now-1h&to=now');
  await settled(page);
  await page.getByRole('button', { name: 'Acknowledge' }).first().click();
  const pressed = page.waitForResponse(/\/resources\/andon\/ack/);
  await page.getByRole('button', { name: 'Confirm' }).click();
  const answer = await pressed;
  expect(answer.ok(), await answer.text()).toBe(true);
  const identity = new URL(answer.url()).searchParams.get('identity');
  const queries = [{ refId: 'A', datasource: board, queryType: 'andon', kind: 'alerts' }];
  const asked = await page.request.post('/api/ds/query', { data: { from: 'now-1h', to: 'now', queries } });
  const [{ schema, data }] = ((await asked.json()) as Answer).results.A.frames;
  const column = (name: string) => data.values[schema.fields.findIndex((field) => field.name === name)];
  const by = column('acknowledged by')[column('identity').indexOf(identity)];
  expect(by).toMatch(/admin/);
  await picture(page, 'room acknowledged');
  await expectNoError(page);
});
