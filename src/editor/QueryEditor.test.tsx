import { CoreApp, FieldType, LoadingState, toDataFrame, type PanelData } from '@grafana/data';
import { render, screen, within } from '@testing-library/react';
import { choose, field, openEditor, pick, write } from '../testing/editor';
import { fakeDataSource, fakeGrafana } from '../testing/fakes';
import type { AndonQuery } from '../types';
import { QueryEditor } from './QueryEditor';

test('a keystroke renders the editor once and runs nothing', async () => {
  const editor = openEditor({ queryType: 'cloudtrail', attribute: 'EventName', value: '' });
  await editor.user.click(field('Value'));
  const before = editor.renders;
  await editor.user.keyboard('StopInstances');
  expect(editor.renders - before).toBe('StopInstances'.length);
  expect(editor.runs).toBe(0);
  expect(editor.query).toMatchObject({ value: '' });
  await editor.user.keyboard('{Enter}');
  expect(editor.runs).toBe(1);
  expect(editor.query).toMatchObject({ value: 'StopInstances' });
  await editor.user.tab();
  expect(editor.runs).toBe(1);
});

test('a query text is taken with Ctrl and Enter, and Enter alone is a new line', async () => {
  const editor = openEditor({ queryType: 'logs', logGroups: ['/g'], query: 'fields @message' });
  await editor.user.click(field('Query'));
  const before = editor.renders;
  await editor.user.keyboard('{End} ');
  expect(editor.renders - before).toBe(1);
  await editor.user.keyboard('{Enter}| limit 5');
  expect(editor.runs).toBe(0);
  await editor.user.keyboard('{Control>}{Enter}{/Control}');
  expect(editor.runs).toBe(1);
  expect((editor.query as { query: string }).query).toBe('fields @message \n| limit 5');
});

test('another type keeps account and region, and begins with its defaults', async () => {
  const editor = openEditor({
    queryType: 'alarms',
    kind: 'history',
    account: 'production',
    region: 'us-east-1',
    datasource: { uid: 'aws' },
  });
  await pick(editor.user, 'Query type', 'CloudTrail');
  expect(editor.query).toEqual({
    refId: 'A',
    datasource: { uid: 'aws' },
    queryType: 'cloudtrail',
    kind: 'events',
    changes: true,
    account: 'production',
    region: 'us-east-1',
  });
  expect(editor.runs).toBe(1);
});

test('accounts and regions', async () => {
  const editor = openEditor({ queryType: 'alarms' }, { lists: { accounts: ['default', 'production'] } });
  await choose(editor.user, 'Accounts', 'all');
  await choose(editor.user, 'Regions', 'us-east-1');
  expect(editor.query).toMatchObject({ account: 'all', region: 'us-east-1' });
  await choose(editor.user, 'Regions', '$region');
  expect(editor.query).toMatchObject({ region: undefined, regions: ['us-east-1', '$region'] });
  await editor.user.click(screen.getByRole('switch', { name: 'Past the cache' }));
  expect(editor.query).toMatchObject({ noCache: true });
});

test('a query without a type is of alarms', () => {
  openEditor({ queryType: undefined } as unknown as Partial<AndonQuery>);
  expect(field('Query type')).toHaveValue('Alarms');
});

test('a type of a later version is named, and another can be chosen', async () => {
  const editor = openEditor({ queryType: 'cost' } as unknown as Partial<AndonQuery>);
  expect(within(screen.getByRole('alert')).getByText('cost')).toBeInTheDocument();
  await pick(editor.user, 'Query type', 'Alarms');
  expect(editor.query.queryType).toBe('alarms');
});

test('beside the query stands whether it can alert, and why', async () => {
  const editor = openEditor({ queryType: 'alarms', kind: 'table' }, { app: CoreApp.UnifiedAlerting });
  expect(screen.getByText('Cannot alert')).toBeInTheDocument();
  expect(screen.getByText(/choose the count by state/)).toBeInTheDocument();
  await pick(editor.user, 'Show', 'Count by state');
  expect(screen.getByText('Can alert')).toBeInTheDocument();
  expect(editor.query).toMatchObject({ kind: 'counts', states: ['ALARM'] }); // not those that are OK
  await pick(editor.user, 'Query type', 'CloudTrail');
  expect(editor.query).toMatchObject({ kind: 'counts' });
});

test.each<[string, Partial<AndonQuery>, AndonQuery[]]>([
  // Grafana fills the default query in for the editor alone, not in the rule.
  ['asks what it shows', {}, [{ refId: 'A', queryType: 'alarms', kind: 'counts', states: ['ALARM'] }]],
  [
    'asks what it shows, with what Grafana adds',
    { instant: false, range: true } as Partial<AndonQuery>,
    [{ refId: 'A', queryType: 'alarms', kind: 'counts', states: ['ALARM'], instant: false, range: true } as AndonQuery],
  ],
  ['is left as it is when it asks something', { prefix: 'vpn-' }, []],
  // Somebody compares by label: opening the rule must not narrow it.
  ['is left as it is when it was saved with all states', { kind: 'counts' }, []],
])('an alert rule %s', (_name, more, expected) => {
  fakeGrafana();
  const datasource = fakeDataSource();
  const shown = { refId: 'A', ...datasource.getDefaultQuery(), ...more } as AndonQuery;
  const given: AndonQuery[] = [];
  const editor = (query: AndonQuery) => (
    <QueryEditor
      app={CoreApp.UnifiedAlerting}
      datasource={datasource}
      query={query}
      onChange={(changed) => given.push(changed)}
      onRunQuery={() => {}}
    />
  );
  const { rerender } = render(editor(shown));
  rerender(editor({ ...shown }));
  expect(given).toEqual(expected);
});

test('a new alert rule shows at once what it asks', () => {
  fakeGrafana();
  const datasource = fakeDataSource();
  const props = { datasource, onChange: () => {}, onRunQuery: () => {} };
  const query = { refId: 'A', ...datasource.getDefaultQuery() } as AndonQuery;
  render(<QueryEditor {...props} app={CoreApp.CloudAlerting} query={query} />);
  expect(field('Show')).toHaveValue('Count by state');
  expect(screen.getByText('Can alert')).toBeInTheDocument();
});

test('beside the query stands what it costs, and what the last answer took', () => {
  const frame = toDataFrame({
    refId: 'A',
    fields: [{ name: 'Value', type: FieldType.number, values: [1] }],
    meta: {
      custom: {
        usage: {
          calls: { 'cloudwatch:GetMetricData': 2 },
          cacheHits: 3,
          joined: 1,
          metricsBilled: 8,
          costUSD: 0.00008,
        },
      },
    },
  });
  const data = { series: [frame], state: LoadingState.Done } as unknown as PanelData;
  openEditor(
    { queryType: 'metrics', namespace: 'AWS/EC2', metricName: 'x', dimensions: { a: '*' }, period: '60' },
    { data }
  );
  expect(screen.getByText('Metrics a minute: 8, up to $3.46 a month if always watched')).toBeInTheDocument();
  expect(screen.getByText('Last answer: calls 2, from the cache 4, $0.00008')).toBeInTheDocument();
});

test('an example is taken by keyboard', async () => {
  const editor = openEditor({ queryType: 'alarms', region: 'us-east-1' });
  const toggle = screen.getByRole('button', { name: 'Help and examples' });
  toggle.focus();
  await editor.user.keyboard('{Enter}');
  expect(toggle).toHaveAttribute('aria-expanded', 'true');
  await editor.user.tab();
  expect(screen.getByRole('button', { name: 'Use: What is in ALARM now' })).toHaveFocus();
  await editor.user.keyboard('{Enter}');
  expect(editor.query).toEqual({
    refId: 'A',
    queryType: 'alarms',
    kind: 'table',
    states: ['ALARM'],
    region: 'us-east-1',
  });
  expect(editor.runs).toBe(1);
});

test('the focus goes through the fields in the order in which they stand', async () => {
  const editor = openEditor({ queryType: 'alarms' });
  const order = [];
  for (const label of [
    'Query type',
    'Accounts',
    'Regions',
    'Past the cache',
    'Show',
    'Alarm names',
    'Name begins with',
  ]) {
    await editor.user.tab();
    order.push([label, document.activeElement === field(label)]);
  }
  expect(order.filter(([, focused]) => !focused)).toEqual([]);
});

test('every control has a label', () => {
  openEditor({ queryType: 'cloudtrail', filters: [{ field: 'eventName', value: 'x' }] });
  for (const control of [
    ...screen.getAllByRole('combobox'),
    ...screen.getAllByRole('textbox'),
    ...screen.getAllByRole('switch'),
  ]) {
    expect(control).toHaveAccessibleName();
  }
});

test('leaving a field takes what was typed', async () => {
  const editor = openEditor({ queryType: 'alarms' });
  await write(editor.user, 'Name begins with', ' vpn- ');
  expect(editor.query).toMatchObject({ prefix: 'vpn-' });
});
