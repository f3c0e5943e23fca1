import { aws, choose, expect, picture, test, write } from './grafana';

// Of the fake AWS, which takes every secret.
const keys = { access: 'AKIAEXAMPLEADMIN0001', secret: 'secret-that-never-comes-back' };

interface Saved {
  uid: string;
  jsonData: Record<string, string>;
  secureJsonFields: Record<string, boolean>;
}

test('a data source is made by hand, tested, reset, and taken away', async ({ page }) => {
  const provisioned = await page.request.get(`/api/datasources/uid/${aws.uid}`);
  const { endpoint, defaultRegion } = ((await provisioned.json()) as Saved).jsonData;
  const said: string[] = [];
  page.on('response', async (answer) => {
    if (answer.url().includes('/api/')) {
      said.push(await answer.text().catch(() => ''));
    }
  });

  await page.goto('/connections/datasources/new');
  await page.getByPlaceholder(/Filter by name or type/).fill('Andon');
  await page.getByRole('button', { name: /Andon/ }).first().click();
  await page.waitForURL(/\/connections\/datasources\/edit\//);
  const uid = new URL(page.url()).pathname.split('/').pop() ?? '';
  try {
    await choose(page.getByLabel('Credentials from'), 'Access and secret key');
    await expect(page.getByText('Needed').first()).toBeVisible();
    await write(page.getByLabel('Access key ID'), keys.access);
    await write(page.getByLabel('Secret access key'), keys.secret);
    await choose(page.getByLabel('Default region'), defaultRegion);
    await write(page.getByLabel('Namespaces of custom metrics'), 'Shop/Elsewhere');
    await write(page.getByLabel('All services'), endpoint);
    await page.getByRole('button', { name: 'Save & test' }).click();
    await expect(page.getByTestId('data-testid Alert success')).toBeVisible();
    await picture(page, 'settings saved');

    said.length = 0;
    await page.reload();
    await expect(page.getByLabel('Secret access key')).toBeDisabled();
    await expect(page.getByLabel('Secret access key')).toHaveValue('configured');
    expect(await page.content()).not.toContain(keys.secret);
    expect(said.join()).not.toContain(keys.secret);
    const saved = (await (await page.request.get(`/api/datasources/uid/${uid}`)).json()) as Saved;
    expect(saved.jsonData).toMatchObject({ authType: 'keys', defaultRegion, endpoint });
    const namespaces = await page.request.get(`/api/datasources/uid/${uid}/resources/namespaces`);
    expect(((await namespaces.json()) as { items: unknown[] }).items).toContainEqual({ value: 'Shop/Elsewhere' });
    expect(saved.secureJsonFields).toMatchObject({ accessKey: true, secretKey: true });
    expect(JSON.stringify(saved)).not.toContain(keys.secret);

    await page.getByRole('button', { name: 'Check each part' }).click();
    await expect(page.getByRole('region', { name: 'What works' }).getByText('Metric data')).toBeVisible();
    await picture(page, 'settings checked');

    await page.getByRole('button', { name: 'Reset' }).nth(1).click();
    await expect(page.getByLabel('Secret access key')).toBeEnabled();
    await expect(page.getByLabel('Secret access key')).toHaveValue('');

    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByTestId('data-testid Confirm Modal Danger Button').click();
    await page.waitForURL(/\/connections\/datasources\/?$/);
    expect((await page.request.get(`/api/datasources/uid/${uid}`)).status()).toBe(404);
  } finally {
    await page.request.delete(`/api/datasources/uid/${uid}`);
  }
});

test('a provisioned data source is shown and not changed', async ({ page }) => {
  await page.goto(`/connections/datasources/edit/${aws.uid}`);
  await expect(page.getByLabel('Default region')).toBeDisabled();
  await expect(page.getByLabel('Secret access key')).toHaveValue('configured');
  await expect(page.getByRole('button', { name: 'Add account' })).toBeDisabled();
  await page.getByRole('button', { name: 'Check each part' }).click();
  await expect(page.getByRole('region', { name: 'What works' }).getByText('Metric data')).toBeVisible();
  await picture(page, 'settings provisioned');
});
