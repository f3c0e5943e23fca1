import { screen } from '@testing-library/react';
import { choose, field, mistakeAt, openEditor, pick, write } from '../../testing/editor';
import { metrics } from '.';
import { seconds } from './period';
import type { MetricsQuery } from './types';

const query = (fields: Partial<MetricsQuery>): MetricsQuery => ({ refId: 'A', queryType: 'metrics', ...fields });
const cpu = { namespace: 'AWS/EC2', metricName: 'CPUUtilization' };

test.each<[string, Partial<MetricsQuery>, string[]]>([
  ['nothing', {}, ['namespace', 'metricName']],
  ['a metric', cpu, []],
  ['as Grafana’s CloudWatch data source saves it', { ...cpu, expression: '', sqlExpression: '', period: '' }, []],
  ['percentiles and trimmed means', { ...cpu, statistic: 'tm95' }, []],
  ['an unknown statistic', { ...cpu, statistic: 'Median' }, ['statistic']],
  ['a variable as a statistic', { ...cpu, statistic: '$stat' }, []],
  ['an empty value of a dimension', { ...cpu, dimensions: { InstanceId: [''] } }, ['dimensions.InstanceId']],
  ['a period of 5m', { ...cpu, period: '5m' }, []],
  ['a period of 45 s', { ...cpu, period: '45' }, ['period']],
  ['a period of 90 s', { ...cpu, period: '90' }, ['period']],
  ['a period that is none', { ...cpu, period: 'often' }, ['period']],
  ['an id with a capital', { ...cpu, id: 'CPU' }, ['id']],
  ['an account id that is none', { ...cpu, accountId: '12' }, ['accountId']],
  ['all linked accounts', { ...cpu, accountId: 'all' }, []],
  ['math', { expression: 'm1 * 100' }, []],
  ['math being written', { mode: 'expression' }, ['expression']],
  ['SQL', { sqlExpression: 'SELECT AVG(x) FROM SCHEMA("y")' }, []],
  ['SQL that selects nothing', { mode: 'sql', sqlExpression: 'SHOW TABLES' }, ['sqlExpression']],
])('%s', (_name, fields, wrong) => {
  expect(metrics.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test('a query without a metric or an expression is empty', () => {
  expect(metrics.isEmpty(query({}))).toBe(true);
  expect(metrics.isEmpty(query(cpu))).toBe(false);
  expect(metrics.isEmpty(query({ expression: 'm1' }))).toBe(false);
});

test.each([
  ['60', 60],
  ['5m', 300],
  ['1h30m', 5400],
  ['auto', undefined],
  ['', undefined],
  ['5 minutes', undefined],
])('the period %j has %p seconds', (text, want) => {
  expect(seconds(text)).toBe(want);
});

test('a hidden metric cannot alert', () => {
  expect(metrics.alerting(query({ ...cpu, hide: true })).can).toBe(false);
  expect(metrics.alerting(query(cpu)).can).toBe(true);
  expect(metrics.alerting(query({ ...cpu, regions: ['a', 'b'] })).why).toContain('one place');
});

test.each([
  ['m1 * 100', false],
  ['SUM([a, b])', false],
  ['SUM(METRICS())', false],
  ['IF(m1 > 1, 1e3, 0)', false],
  ["SEARCH('{AWS/EC2,InstanceId} MetricName=\"cpu\"', 'Average', $__period_auto)", true],
  ["SUM(SEARCH('{AWS/EC2,InstanceId} x', 'Average', 300)) * 1e3 / ${of:raw}", true],
])('whether an alert rule can use %s: %s', (expression, can) => {
  const verdict = metrics.alerting(query({ expression }));
  expect(verdict.can).toBe(can);
  expect(verdict.why.includes('one by one')).toBe(!can);
});

test('the cost is told from what the query names, or from the last answer', () => {
  expect(metrics.cost(query({ ...cpu, dimensions: { InstanceId: ['*'] } }), undefined)).toContain('1,000 metrics');
  // One metric a minute: 43,200 a month at $0.01 for 1,000.
  expect(metrics.cost(query({ ...cpu, period: '60' }), undefined)).toContain('Metrics a minute: 1, up to $0.43');
  expect(metrics.cost(query({ ...cpu, period: '300', dimensions: { A: ['*'] } }), { metricsBilled: 50 })).toContain(
    'Metrics a minute: 10, up to $4.32'
  );
});

const lists = {
  namespaces: ['AWS/EC2', 'AWS/VPN'],
  metrics: ['TunnelState', 'TunnelDataIn'],
  'dimension-keys': ['VpnId', 'TunnelIpAddress'],
  'dimension-values': ['203.0.113.10', '203.0.113.20'],
};

test('a metric with a dimension is built from empty', async () => {
  const editor = openEditor({ queryType: 'metrics', dimensions: {} }, { lists });
  expect(mistakeAt('Namespace')).toContain('AWS/EC2');
  await choose(editor.user, 'Namespace', 'AWS/VPN');
  await choose(editor.user, 'Metric', 'TunnelState');
  await pick(editor.user, 'Statistic', 'Minimum');
  await editor.user.click(screen.getByRole('button', { name: 'Add dimension' }));
  await choose(editor.user, 'New dimension', 'TunnelIpAddress');
  await choose(editor.user, 'Values of TunnelIpAddress', '203.0.113.10');
  await pick(editor.user, 'Period', '60');
  expect(editor.query).toEqual({
    refId: 'A',
    queryType: 'metrics',
    namespace: 'AWS/VPN',
    metricName: 'TunnelState',
    statistic: 'Minimum',
    dimensions: { TunnelIpAddress: ['203.0.113.10'] }, // in place of any
    period: '60',
  });
  const params = editor.asked.find((request) => request.url.endsWith('/metrics'))?.params;
  expect(params).toMatchObject({ namespace: 'AWS/VPN' });
});

test('the other ways to name metrics', async () => {
  const editor = openEditor({ queryType: 'metrics', ...cpu });
  await editor.user.click(screen.getByRole('radio', { name: 'Math or SEARCH' }));
  expect(editor.query).toMatchObject({ mode: 'expression', expression: expect.stringContaining('SEARCH(') });
  await write(editor.user, 'Expression', 'm1 / m2');
  expect(editor.query).toMatchObject({ expression: 'm1 / m2' });
  await write(editor.user, 'Expression', '');
  expect(mistakeAt('Expression')).toContain('Metric math');
  await editor.user.click(screen.getByRole('radio', { name: 'SQL (Metrics Insights)' }));
  expect(editor.query).toMatchObject({ sqlExpression: expect.stringContaining('SELECT'), expression: undefined });
  await editor.user.click(screen.getByRole('radio', { name: 'Name and dimensions' }));
  expect(field('Namespace')).toHaveValue('AWS/EC2');
});

test('a dimension is removed', async () => {
  const editor = openEditor({
    queryType: 'metrics',
    ...cpu,
    dimensions: { InstanceId: 'i-1', AutoScalingGroupName: ['a'] },
  });
  await editor.user.click(screen.getByRole('button', { name: 'Remove dimension InstanceId' }));
  expect(editor.query).toMatchObject({ dimensions: { AutoScalingGroupName: ['a'] } });
});
