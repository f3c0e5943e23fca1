import { screen } from '@testing-library/react';
import { fakeVariables } from '../../testing/fakes';
import { choose, mistakeAt, openEditor, pick } from '../../testing/editor';
import { replacer } from '../replace';
import { andon } from '.';
import type { BoardQuery } from './types';

const query = (fields: Partial<BoardQuery>): BoardQuery => ({ refId: 'A', queryType: 'andon', ...fields });

test.each<[string, Partial<BoardQuery>, string[]]>([
  ['nothing but the type', {}, []],
  ['matchers', { matchers: ['severity="critical"', 'a=~"b|c"', 'host!=web-1', '"with space"!~"x"', 'empty=""'] }, []],
  ['no matcher', { matchers: ['severity="critical"', 'critical'] }, ['matchers']],
  ['two in one', { matchers: ['a="b", c="d"'] }, ['matchers']],
  ['an unknown kind', { kind: 'lamps' as BoardQuery['kind'] }, ['kind']],
  ['an unknown language', { kind: 'history', language: 'fr' as BoardQuery['language'] }, ['language']],
  ['a limit below 0', { limit: -1 }, ['limit']],
])('%s', (_name, fields, wrong) => {
  expect(andon.validate(query(fields)).map((problem) => problem.field)).toEqual(wrong);
});

test('counts alone can alert', () => {
  expect(andon.alerting(query({ kind: 'counts' })).can).toBe(true);
  expect(andon.alerting(query({})).can).toBe(false);
});

test('several values of a variable are one of them', () => {
  const replace = replacer(
    fakeVariables({ severity: ['critical', 'disaster'], host: 'web-1', ip: ['10.0', '10.1'] }),
    {}
  );
  const { matchers } = andon.interpolate(
    query({ matchers: ['severity="$severity"', 'host="$host"', 'ip!="$ip"', 'severity=~"$severity"'] }),
    replace
  );
  expect(matchers).toEqual([
    'severity=~"(critical|disaster)"',
    'host="web-1"',
    'ip!~"(10\\\\.0|10\\\\.1)"',
    'severity=~"(critical|disaster)"',
  ]);
});

test('open alerts by severity are built from empty', async () => {
  const editor = openEditor({ queryType: 'andon' });
  expect(screen.queryByText('Regions')).not.toBeInTheDocument();
  await pick(editor.user, 'Show', 'Count by severity');
  await choose(editor.user, 'Matchers', 'team="night, weekend"');
  expect(editor.query).toEqual({
    refId: 'A',
    queryType: 'andon',
    kind: 'counts',
    matchers: ['team="night, weekend"'],
  });
  await choose(editor.user, 'Matchers', 'wrong');
  expect(mistakeAt('Matchers')).toContain('wrong is no matcher');
  expect(andon.validate(query({ matchers: ['"a/b" & c'] }))[0].text).toContain('"a/b" & c is no matcher');
});

test('the language of a history can be chosen, and is asked for nowhere else', async () => {
  const editor = openEditor({ queryType: 'andon' });
  expect(screen.queryByText('Language of notes')).not.toBeInTheDocument();
  await pick(editor.user, 'Show', 'History');
  await pick(editor.user, 'Language of notes', '日本語');
  expect(editor.query).toMatchObject({ kind: 'history', language: 'ja' });
});
