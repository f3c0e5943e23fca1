import { screen } from '@testing-library/react';
import { fakeVariables } from '../../testing/fakes';
import { choose, mistakeAt, openEditor, pick, write } from '../../testing/editor';
import { replacer } from '../replace';
import { cloudtrail } from '.';
import type { CloudTrailQuery, Filter } from './types';

const query = (fields: Partial<CloudTrailQuery>): CloudTrailQuery => ({
  refId: 'A',
  queryType: 'cloudtrail',
  ...fields,
});
const filter = (field: string, op: string, value: string) => ({ field, op, value }) as Filter;

test.each<[string, Partial<CloudTrailQuery>, string[]]>([
  ['nothing but the type', {}, []],
  ['an attribute without its value', { attribute: 'EventName' }, ['value']],
  ['a value without its attribute', { value: 'StopInstances' }, ['attribute']],
  ['an unknown attribute', { attribute: 'Region', value: 'x' }, ['attribute']],
  ['too many events', { limit: 4001 }, ['limit']],
  ['groups of events', { groupBy: 'user' }, ['groupBy']],
  ['groups of counts', { kind: 'counts', groupBy: 'user' }, []],
  ['conditions', { filters: [filter('eventName', '=~', '(?i)stop.*'), filter('user', '!=', 'x*')] }, []],
  ['a condition without a field', { filters: [filter('', '=', 'x')] }, ['filters[0].field']],
  ['an unknown comparison', { filters: [filter('a', '>', 'x')] }, ['filters[0].op']],
  ['no regular expression', { filters: [filter('a', '=', 'x'), filter('a', '!~', '(')] }, ['filters[1].value']],
])('%s', (_name, fields, wrong) => {
  expect(cloudtrail.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test('counts alone can alert', () => {
  expect(cloudtrail.alerting(query({ kind: 'counts' })).can).toBe(true);
  expect(cloudtrail.alerting(query({ kind: 'counts', account: 'all' })).why).toContain('one place');
  expect(cloudtrail.alerting(query({})).can).toBe(false);
});

test('several values of a variable are one of them', () => {
  const replace = replacer(fakeVariables({ event: ['Stop*', 'a.b'], user: 'sato', none: ['sato', 'tanaka'] }), {});
  const { filters } = cloudtrail.interpolate(
    query({
      filters: [
        filter('eventName', '=', '$event'),
        filter('userIdentity.userName', '=', '$user'),
        filter('userIdentity.userName', '!=', '$none'),
      ],
    }),
    replace
  );
  expect(filters).toEqual([
    filter('eventName', '=~', 'Stop.*|a\\.b'),
    filter('userIdentity.userName', '=', 'sato'),
    filter('userIdentity.userName', '!~', 'sato|tanaka'),
  ]);
});

test('who stopped an instance is built from empty', async () => {
  const editor = openEditor({ queryType: 'cloudtrail' });
  await choose(editor.user, 'CloudTrail selects by', 'EventName');
  expect(mistakeAt('Value')).toContain('EventName');
  await write(editor.user, 'Value', 'StopInstances');
  await editor.user.click(screen.getByRole('button', { name: 'Add condition' }));
  await choose(editor.user, 'Field 1', 'userIdentity.userName');
  await pick(editor.user, 'Comparison 1', '!=');
  await write(editor.user, 'Value 1', 'deploy');
  await editor.user.click(screen.getByRole('switch', { name: 'Errors only' }));
  expect(editor.query).toMatchObject({
    attribute: 'EventName',
    value: 'StopInstances',
    filters: [{ field: 'userIdentity.userName', op: '!=', value: 'deploy' }],
    errors: true,
  });
  await editor.user.click(screen.getByRole('button', { name: 'Remove condition 1' }));
  expect(editor.query).toMatchObject({ filters: [] });
});

test('counts have groups, events have none', async () => {
  const editor = openEditor({ queryType: 'cloudtrail' });
  await pick(editor.user, 'Show', 'Count over time');
  await choose(editor.user, 'Group by', 'outcome');
  expect(editor.query).toMatchObject({ kind: 'counts', groupBy: 'outcome' });
  await pick(editor.user, 'Show', 'Events');
  expect(editor.query).toMatchObject({ kind: 'events', groupBy: undefined });
});
