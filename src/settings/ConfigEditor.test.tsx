import type { DataSourceSettings } from '@grafana/data';
import { render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { choose, field, mistakeAt, newUser, pick, write } from '../testing/editor';
import { fakeGrafana, httpError, type Answer } from '../testing/fakes';
import type { Secrets, Settings } from '../types';
import { ConfigEditor } from './ConfigEditor';
import { validate } from './validate';
import { warnings } from './warnings';

type Options = DataSourceSettings<Settings, Secrets>;

/** The settings page as Grafana shows it; save keeps what was written and forgets the secrets, as the server does. */
function openSettings(jsonData: Settings = {}, secureJsonFields: Record<string, boolean> = {}, answer?: Answer) {
  const asked = fakeGrafana(answer);
  const first = { uid: 'aws', jsonData, secureJsonFields, secureJsonData: {} } as unknown as Options;
  const page = { options: first, asked, user: newUser(), save: () => {} };
  function Page() {
    const [options, setOptions] = useState(page.options);
    page.options = options;
    page.save = () => {
      const written = Object.entries(options.secureJsonData ?? {}).filter(([, value]) => value !== '');
      const kept = { ...options.secureJsonFields, ...Object.fromEntries(written.map(([name]) => [name, true])) };
      setOptions({ ...options, secureJsonFields: kept, secureJsonData: {} });
    };
    return <ConfigEditor options={options} onOptionsChange={setOptions} />;
  }
  const view = render(<Page />);
  return Object.assign(page, { view });
}

const role = 'arn:aws:iam::222222222222:role/andon-read';

test('keys: written, kept, never shown, reset, written anew', async () => {
  const page = openSettings();
  await pick(page.user, 'Credentials from', 'Access and secret key');
  expect(mistakeAt('Access key ID')).toBe('Needed');
  await write(page.user, 'Access key ID', 'AKIAEXAMPLE');
  await write(page.user, 'Secret access key', 's3cret');
  expect(page.options.jsonData.authType).toBe('keys');
  expect(page.options.secureJsonData).toEqual({ accessKey: 'AKIAEXAMPLE', secretKey: 's3cret' });
  expect(JSON.stringify(page.options.jsonData)).not.toContain('s3cret');

  await page.user.click(document.body);
  page.save();
  await screen.findAllByRole('button', { name: /reset/i });
  expect(field('Secret access key')).toBeDisabled();
  expect(field('Secret access key')).toHaveValue('configured');
  expect(document.body.innerHTML).not.toContain('s3cret');
  expect(mistakeAt('Secret access key')).toBeUndefined();

  await page.user.click(screen.getAllByRole('button', { name: /reset/i })[1]);
  expect(page.options.secureJsonFields).toEqual({ accessKey: true, secretKey: false });
  expect(mistakeAt('Secret access key')).toBe('Needed');
  await write(page.user, 'Secret access key', 'other');
  expect(page.options.secureJsonData).toEqual({ secretKey: 'other' });
});

test('namespaces to choose from are as Grafana’s CloudWatch data source keeps them', async () => {
  const page = openSettings({ customMetricsNamespaces: 'Shop/Checkout' });
  expect(field('Namespaces of custom metrics')).toHaveValue('Shop/Checkout');
  await write(page.user, 'Namespaces of custom metrics', 'Shop/Checkout, Shop/Batch');
  await page.user.click(document.body);
  expect(page.options.jsonData.customMetricsNamespaces).toBe('Shop/Checkout, Shop/Batch');
});

test('accounts are added, filled in, and removed', async () => {
  const page = openSettings({ accounts: [{ name: 'staging', roleArn: role }] });
  await page.user.click(screen.getByRole('button', { name: 'Add account' }));
  const second = within(screen.getByRole('group', { name: 'Account 2' }));
  expect(second.getByText('Needed')).toBeInTheDocument();
  const write2 = async (label: string, text: string) => {
    await page.user.click(second.getByLabelText(label, { exact: false }));
    await page.user.paste(text);
    await page.user.tab();
  };
  await write2('Name', 'production');
  await write2('Role ARN', 'arn:aws:iam::333333333333:role/andon-read');
  await write2('External ID', 'room');
  await write2('Regions', 'ap-northeast-1');
  await page.user.click(screen.getByRole('button', { name: 'Remove account 1' }));
  expect(page.options.jsonData.accounts).toMatchObject([
    { name: 'production', roleArn: 'arn:aws:iam::333333333333:role/andon-read', externalId: 'room' },
  ]);
});

test('endpoints, certificate, bridge', async () => {
  const page = openSettings({}, { bridgeToken: true });
  await write(page.user, 'logs', 'ftp://host');
  expect(mistakeAt('logs')).toContain('https://');
  await write(page.user, 'logs', 'https://vpce-1.logs.ap-northeast-1.vpce.amazonaws.com');
  expect(mistakeAt('logs')).toBeUndefined();
  await page.user.click(screen.getByRole('switch', { name: /Trust a CA/ }));
  expect(mistakeAt('CA certificate')).toBe('Needed');
  await write(page.user, 'CA certificate', 'nothing');
  expect(mistakeAt('CA certificate')).toContain('PEM');
  expect(mistakeAt('URL')).toContain('no URL');
  await write(page.user, 'URL', 'http://127.0.0.1:9560');
  expect(page.options.jsonData).toEqual({
    endpoints: { logs: 'https://vpce-1.logs.ap-northeast-1.vpce.amazonaws.com' },
    tlsAuthWithCACert: true,
    bridgeUrl: 'http://127.0.0.1:9560',
  });
  expect(page.options.secureJsonData).toEqual({ tlsCACert: 'nothing' });
});

test('other settings: profile, role, region', async () => {
  const page = openSettings({ authType: 'sharedCreds' });
  expect(field('Credentials from')).toHaveValue('Credentials file');
  await write(page.user, 'Profile', 'monitoring');
  await write(page.user, 'Role to assume', 'role/x');
  expect(mistakeAt('Role to assume')).toContain('arn:aws:iam::');
  await choose(page.user, 'Default region', 'tokyo');
  expect(mistakeAt('Default region')).toContain('ap-northeast-1');
  expect(page.options.jsonData).toEqual({
    authType: 'sharedCreds',
    profile: 'monitoring',
    assumeRoleArn: 'role/x',
    defaultRegion: 'tokyo',
  });
});

const capabilities = [
  { Account: '', Region: 'us-east-1', Name: 'alarms', OK: true },
  {
    Account: 'production',
    Region: 'us-east-1',
    Name: 'logs',
    OK: false,
    MissingPermission: 'logs:DescribeLogGroups',
    Hint: 'allow it',
  },
];

test('each part is checked, and what is missing is named', async () => {
  const page = openSettings({}, {}, () => ({ status: 'OK', message: 'x', details: { capabilities } }));
  await page.user.click(screen.getByRole('button', { name: 'Check each part' }));
  const [, good, bad] = within(await screen.findByRole('table')).getAllByRole('row');
  expect(within(good).getByText('Alarms')).toBeInTheDocument();
  expect(bad).toHaveTextContent(
    'Log groupsproduction us-east-1permission logs:DescribeLogGroups is missing (allow it)'
  );
  expect(page.asked[0].url).toBe('/api/datasources/uid/aws/health');
});

test('a check that fails whole says why', async () => {
  const page = openSettings({}, {}, () => {
    throw httpError(400, { status: 'ERROR', message: 'accounts[0].roleArn: is empty' });
  });
  await page.user.click(screen.getByRole('button', { name: 'Check each part' }));
  expect(await screen.findByText('accounts[0].roleArn: is empty')).toBeInTheDocument();
});

test.each<[string, Settings, Secrets, string[]]>([
  ['nothing', {}, {}, []],
  ['an old name of the default', { authType: 'arn' }, {}, []],
  ['an unknown way', { authType: 'magic' }, {}, ['authType']],
  ['keys without keys', { authType: 'keys' }, { accessKey: 'a' }, ['secretKey']],
  ['a role in China', { assumeRoleArn: 'arn:aws-cn:iam::123456789012:role/path/name' }, {}, []],
  ['templates', { endpoint: '{service}.{region}.aws.example.com' }, {}, []],
  ['an unknown template', { endpoint: 'https://{zone}.example.com' }, {}, ['endpoint']],
  ['a password', { endpoints: { sts: 'https://a:b@host' } }, {}, ['endpoints.sts']],
  ['a query in a URL', { bridgeUrl: 'http://host?x=1' }, {}, ['bridgeUrl']],
  ['a bridge without a scheme', { bridgeUrl: 'bridge' }, {}, ['bridgeUrl']],
  ['the same account twice', { accounts: [{ roleArn: role }, { roleArn: role }] }, {}, ['accounts[1].name']],
  ['a reserved name', { accounts: [{ name: 'default', roleArn: role }] }, {}, ['accounts[0].name']],
  ['no role', { accounts: [{ name: 'a' }] }, {}, ['accounts[0].roleArn']],
  ['no region', { accounts: [{ roleArn: role, regions: ['us-east-1', 'x'] }] }, {}, ['accounts[0].regions']],
])('%s', (_name, settings, secrets, wrong) => {
  expect(validate(settings, secrets, {}).map((problem) => problem.field)).toEqual(wrong);
});

test('a provisioned data source can be read and checked, not changed', () => {
  fakeGrafana();
  const options = { uid: 'aws', readOnly: true, jsonData: { authType: 'keys' }, secureJsonFields: { accessKey: true } };
  render(<ConfigEditor options={options as unknown as Options} onOptionsChange={() => {}} />);
  for (const label of ['Credentials from', 'Default region', 'Secret access key', 'Role to assume', 'URL']) {
    expect(field(label)).toBeDisabled();
  }
  expect(screen.getByRole('button', { name: 'Add account' })).toBeDisabled();
  expect(screen.getByRole('button', { name: /reset/i })).toBeDisabled();
  expect(screen.getByRole('button', { name: 'Check each part' })).toBeEnabled();
});

test.each<[string, string, boolean]>([
  ['another host', 'http://bridge.example.jp:9560', true],
  ['another host by address', 'http://192.168.1.5:9560', true],
  ['a name that only begins like this machine', 'http://localhost.example.jp', true],
  ['another host, encrypted', 'https://bridge.example.jp', false],
  ['this machine', 'http://127.0.0.1:9560', false],
  ['this machine by name', 'http://localhost:9560', false],
  ['this machine by IPv6', 'http://[::1]:9560', false],
  ['no URL', 'bridge', false],
])('a token in clear to %s', (_name, bridgeUrl, warned) => {
  const fields = warned ? ['bridgeUrl'] : [];
  expect(warnings({ bridgeUrl }, {}, { bridgeToken: true }).map((warning) => warning.field)).toEqual(fields);
  expect(warnings({ bridgeUrl }, { bridgeToken: 'x' }, {}).map((warning) => warning.field)).toEqual(fields);
  expect(warnings({ bridgeUrl }, {}, {})).toEqual([]);
});

test('a token in clear is a warning and no mistake', async () => {
  const page = openSettings({ bridgeUrl: 'http://bridge.example.jp:9560' });
  expect(screen.queryByText(/unencrypted/)).not.toBeInTheDocument();
  await write(page.user, 'Token', 's3cret');
  expect(screen.getByText(/to bridge\.example\.jp unencrypted/)).toBeInTheDocument();
  expect(mistakeAt('URL')).toBeUndefined();
  expect(field('URL')).toBeValid();
  await write(page.user, 'URL', 'https://bridge.example.jp');
  expect(screen.queryByText(/unencrypted/)).not.toBeInTheDocument();
});
