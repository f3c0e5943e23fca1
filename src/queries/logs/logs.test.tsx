import { screen, waitFor } from '@testing-library/react';
import { choose, field, mistakeAt, openEditor, pick, write } from '../../testing/editor';
import { Lists } from '../../lists/lists';
import { logs } from '.';
import { shapeOf } from './shape';
import type { LogsQuery } from './types';

const query = (fields: Partial<LogsQuery>): LogsQuery => ({ refId: 'A', queryType: 'logs', ...fields });
const groups = { logGroups: ['/var/log/secure'] };

test.each<[string, Partial<LogsQuery>, string[]]>([
  ['nothing', {}, ['logGroups', 'query']],
  ['a query', { ...groups, query: 'fields @message' }, []],
  ['a query by its other name', { ...groups, expression: 'fields @message' }, []],
  ['a filter without a pattern', { ...groups, mode: 'filter' }, []],
  ['a long pattern', { ...groups, mode: 'filter', pattern: 'x'.repeat(1025) }, ['pattern']],
  ['too many groups', { logGroups: Array.from({ length: 51 }, (_, i) => `g${i}`), query: 'x' }, ['logGroups']],
  ['an unknown mode', { ...groups, query: 'x', mode: 'tail' as LogsQuery['mode'] }, ['mode']],
  ['an unknown format', { ...groups, query: 'x', format: 'json' as LogsQuery['format'] }, ['format']],
  ['too many rows', { ...groups, query: 'x', limit: 20_000 }, ['limit']],
])('%s', (_name, fields, wrong) => {
  expect(logs.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test.each<[string, boolean, boolean]>([
  ['fields @message', false, false],
  ['stats count(*) by bin(5m)', true, true],
  ['filter a = 1\n| STATS count(*) as n by datefloor(@timestamp, 1h), host', true, true],
  ['stats count(*) by host', true, false],
  ['stats count(*)', true, false],
  ['filter @message like "| stats count(*)"', false, false],
  ['filter @message like /| stats by bin(/', false, false],
  ['fields @message # | stats count(*)', false, false],
  ['stats count(*) by bin(5m) | stats max(n) by host', true, false],
])('%j counts: %p, over time: %p', (text, stats, series) => {
  expect(shapeOf(text)).toEqual({ stats, series });
});

test('what counts can alert', () => {
  expect(logs.alerting(query({ query: 'stats count(*) by bin(5m)' }))).toEqual({
    can: true,
    why: expect.stringContaining('series'),
  });
  expect(logs.alerting(query({ query: 'stats count(*) by host' }))).toEqual({
    can: true,
    why: expect.stringContaining('number'),
  });
  expect(logs.alerting(query({ query: 'stats count(*)', format: 'table' })).can).toBe(false);
  expect(logs.alerting(query({ query: 'fields @message' })).can).toBe(false);
  expect(logs.alerting(query({ mode: 'filter', query: 'stats count(*)' })).can).toBe(false);
});

test('the cost is that of what is scanned', () => {
  expect(logs.cost(query({ mode: 'filter' }), undefined)).toContain('Free');
  expect(logs.cost(query({}), undefined)).toContain('$0.005 for each GB');
  expect(logs.cost(query({}), { bytesScanned: 4e9 })).toContain('$0.02 for 4 GB');
});

test('an Insights query is built from empty', async () => {
  const editor = openEditor(
    { queryType: 'logs' },
    { lists: { 'log-groups': ['/var/log/secure', '/var/log/messages'] } }
  );
  expect(mistakeAt('Log groups')).toContain('at least one');
  await choose(editor.user, 'Log groups', '/var/log/secure');
  await write(editor.user, 'Query', 'stats count(*) as n by host');
  await editor.user.click(screen.getByRole('radio', { name: 'Table' }));
  expect(editor.query).toMatchObject({
    queryType: 'logs',
    logGroups: ['/var/log/secure'],
    query: 'stats count(*) as n by host',
    format: 'table',
  });
  expect(screen.getByText('Cannot alert')).toBeInTheDocument();
});

test('a plain filter is built from empty', async () => {
  const editor = openEditor({ queryType: 'logs' });
  await editor.user.click(screen.getByRole('radio', { name: 'Plain filter' }));
  await choose(editor.user, 'Log groups', '/typed/by/hand');
  await write(editor.user, 'Filter pattern', '{ $.level = "ERROR" }');
  await write(editor.user, 'Log stream begins with', 'i-0');
  expect(editor.query).toMatchObject({
    mode: 'filter',
    logGroups: ['/typed/by/hand'],
    pattern: '{ $.level = "ERROR" }',
    streamPrefix: 'i-0',
  });
  const failed = /The list could not be read.*permission for log-groups is missing/;
  expect(await screen.findByText(failed)).toBeInTheDocument();
});

test('the largest log group is the one to begin with', async () => {
  const get = async () => ({
    items: [
      { value: '/a', description: '0 MB' },
      { value: '/b', description: '120 MB, kept 30 days' },
      { value: '/c' },
    ],
  });
  const lists = new Lists(get, (text) => text);
  expect(await logs.complete?.(query({}), lists)).toEqual({ logGroups: ['/b'] });
});

test('switching to logs chooses a log group, so that lines show at once', async () => {
  const editor = openEditor(
    { queryType: 'alarms' },
    { lists: { alarms: [], 'log-groups': ['/var/log/messages', '/b'] } }
  );
  await pick(editor.user, 'Query type', 'Logs');
  await waitFor(() => expect(editor.query).toMatchObject({ mode: 'filter', logGroups: ['/var/log/messages'] }));
  expect(field('Limit')).toHaveValue('100');
});

test('the first chosen log group takes the place of the one that was filled in', async () => {
  const groups = ['/var/log/messages', '/b', '/c'];
  const editor = openEditor({ queryType: 'alarms' }, { lists: { alarms: [], 'log-groups': groups } });
  await pick(editor.user, 'Query type', 'Logs');
  await waitFor(() => expect(editor.query).toMatchObject({ logGroups: ['/var/log/messages'] }));
  await choose(editor.user, 'Log groups', '/b');
  expect(editor.query).toMatchObject({ logGroups: ['/b'] });
  await choose(editor.user, 'Log groups', '/c');
  await choose(editor.user, 'Log groups', '/var/log/messages'); // now somebody wants it
  expect(editor.query).toMatchObject({ logGroups: ['/b', '/c', '/var/log/messages'] });
});

test('log groups of a saved query stay beside a further one', async () => {
  const editor = openEditor(
    { queryType: 'logs', mode: 'filter', logGroups: ['/a'] },
    { lists: { 'log-groups': ['/a', '/b'] } }
  );
  await choose(editor.user, 'Log groups', '/b');
  expect(editor.query).toMatchObject({ logGroups: ['/a', '/b'] });
});
