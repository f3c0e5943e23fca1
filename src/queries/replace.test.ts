import { fakeVariables } from '../testing/fakes';
import { hasVariable, replacer } from './replace';

const replace = replacer(fakeVariables({ env: ['prod', 'test'], role: ['web', 'db'], one: 'x', none: [] }), {
  scoped: { value: 'i-1', text: 'i-1' },
});

test.each<[string[], string[]]>([
  [['plain'], ['plain']],
  [['$one'], ['x']],
  [['$scoped'], ['i-1']],
  [['$unknown'], ['$unknown']],
  [
    ['$env', 'other'],
    ['prod', 'test', 'other'],
  ],
  [['/aws/${env}/$role'], ['/aws/prod/web', '/aws/prod/db', '/aws/test/web', '/aws/test/db']],
  [
    ['$env', 'test'],
    ['prod', 'test'],
  ],
  [['$none'], []],
])('the list %j becomes %j', (list, want) => {
  expect(replace.list(list)).toEqual(want);
});

test('what is absent stays absent', () => {
  expect(replace.list(undefined)).toBeUndefined();
  expect(replace.text(undefined)).toBeUndefined();
});

test.each([
  ['$region', true],
  ['${region:csv}', true],
  ['[[region]]', true],
  ['ap-northeast-1', false],
  ['^a$', false],
  [undefined, false],
])('%j has a variable: %p', (text, want) => {
  expect(hasVariable(text)).toBe(want);
});
