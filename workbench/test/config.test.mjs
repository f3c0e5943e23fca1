// The config editor's round trip: what is saved comes back, secrets never do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Mouse, field } from './hands.mjs';
import { start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start();
});
after(() => bench?.stop());

const secrets = { 'Access key ID': 'AKIAEXAMPLEVIEWER001', 'Secret access key': 'hidden-from-every-browser' };

test('saved settings come back, secrets do not', async () => {
  const page = await bench.open('/config');
  const answers = [];
  page.on('response', async (r) => {
    if (r.url().includes('/api/')) {
      answers.push(r.text().catch(() => '')); // of a page that is gone meanwhile
    }
  });
  const hand = new Mouse(page);
  // Grafana's button; the field is then open for a new secret.
  for (const [label, secret] of Object.entries(secrets)) {
    const box = page
      .locator('div')
      .filter({ has: field(page, label) })
      .last();
    await box
      .locator('xpath=ancestor-or-self::div[.//button[normalize-space()="Reset"]][1]')
      .getByRole('button', { name: 'Reset' })
      .click();
    await hand.fill(label, secret);
  }
  await hand.choose('Default region', 'eu-central-1');
  await hand.press('Save & test');
  await page.getByText(/^All \d+ checks passed/).waitFor();

  await page.reload();
  await page.getByRole('button', { name: 'Save & test' }).waitFor();
  const region = field(page, 'Default region');
  assert.equal(await region.inputValue(), 'eu-central-1');
  for (const label of Object.keys(secrets)) {
    const control = field(page, label);
    assert.equal(await control.isDisabled(), true, `${label} is open`);
    assert.equal(await control.inputValue(), 'configured');
  }
  for (const text of [await page.content(), ...(await Promise.all(answers))]) {
    for (const secret of Object.values(secrets)) {
      assert.ok(!text.includes(secret), 'a secret came back');
    }
  }

  // Saved once more without a word about secrets, they are still there.
  await new Mouse(page).press('Save & test');
  await page.getByText(/^All \d+ checks passed/).waitFor();
  assert.deepEqual(bench.complaints.splice(0), []);
  await page.context().close();
});

test('settings that do not work say what is wrong', async () => {
  const page = await bench.open('/config');
  const hand = new Mouse(page);
  await hand.fill('All services', 'http://127.0.0.1:1');
  await hand.press('Save & test');
  await page
    .getByRole('alert')
    .getByText(/127\.0\.0\.1:1 does not answer/)
    .first()
    .waitFor();
  await page.context().close();
  bench.complaints.splice(0); // the check that failed is answered with 400
});

test('who is no administrator cannot save', async () => {
  const page = await bench.open('/config', { role: 'Editor' });
  await new Mouse(page).press('Save & test');
  await page
    .getByRole('alert')
    .getByText(/needs the role Admin/)
    .first()
    .waitFor();
  await page.context().close();
  bench.complaints.splice(0);
});
