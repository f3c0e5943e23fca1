import { choose, field, mistakeAt, openEditor, pick, write } from '../../testing/editor';
import { alarms } from '.';
import type { AlarmsQuery } from './types';

const query = (fields: Partial<AlarmsQuery>): AlarmsQuery => ({ refId: 'A', queryType: 'alarms', ...fields });

test.each<[string, Partial<AlarmsQuery>, string[]]>([
  ['nothing but the type', {}, []],
  ['a variable as a state', { states: ['$state'] }, []],
  ['an unknown state', { states: ['FAILED'] }, ['states']],
  ['an unknown kind', { kind: 'list' as AlarmsQuery['kind'] }, ['kind']],
  ['an unknown type', { types: ['log'] }, ['types']],
  ['a long prefix', { prefix: 'x'.repeat(256) }, ['prefix']],
  ['too many rows', { limit: 10_001 }, ['limit']],
  ['a limit that is no number', { limit: NaN }, ['limit']],
  ['too many names', { names: Array.from({ length: 1001 }, (_, i) => `a${i}`) }, ['names']],
])('%s', (_name, fields, wrong) => {
  expect(alarms.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test('counts alone can alert', () => {
  expect(alarms.alerting(query({ kind: 'counts' })).can).toBe(true);
  expect(alarms.alerting(query({})).can).toBe(false);
  expect(alarms.alerting(query({ kind: 'history' })).can).toBe(false);
});

test('the verdict tells where a rule would count alarms that are OK', () => {
  expect(alarms.alerting(query({ kind: 'counts' })).why).toContain('OK among them');
  expect(alarms.alerting(query({ kind: 'counts', states: ['ALARM', 'OK'] })).why).toContain('OK among them');
  expect(alarms.alerting(query({ kind: 'counts', states: ['ALARM'] })).why).not.toContain('OK');
});

test('the defaults are of the purpose', () => {
  expect(alarms.defaults('panel').kind).toBe('table');
  expect(alarms.defaults('alert')).toEqual({ queryType: 'alarms', kind: 'counts', states: ['ALARM'] });
  expect(alarms.defaults('annotation').kind).toBe('annotations');
});

test('a history of some alarms is built from empty', async () => {
  const editor = openEditor({ queryType: 'alarms' }, { lists: { alarms: ['vpn-tunnel-1-down', 'cpu-high'] } });
  await pick(editor.user, 'Show', 'State changes');
  await choose(editor.user, 'Alarm names', 'vpn-tunnel-1-down');
  await choose(editor.user, 'States', 'ALARM');
  await write(editor.user, 'Search', 'tunnel');
  await write(editor.user, 'Limit', '50');
  expect(editor.query).toEqual({
    refId: 'A',
    queryType: 'alarms',
    kind: 'history',
    names: ['vpn-tunnel-1-down'],
    states: ['ALARM'],
    search: 'tunnel',
    limit: 50,
  });
});

test('a mistake is shown at its field', async () => {
  const editor = openEditor({ queryType: 'alarms' });
  await write(editor.user, 'Limit', '99999');
  expect(mistakeAt('Limit')).toBe('A whole number from 1 to 10000');
  expect(mistakeAt('Search')).toBeUndefined();
  expect(field('Limit')).toBeInvalid();
});
