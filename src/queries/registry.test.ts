import { fakeVariables } from '../testing/fakes';
import type { AndonQuery } from '../types';
import { interpolate, queryTypes, typeOf } from '.';
import { replacer } from './replace';
import type { Purpose } from './type';

const purposes: Purpose[] = ['panel', 'alert', 'annotation', 'variable'];
const each = queryTypes.map((type) => [type.id, type] as const);

test('every type has an id of its own', () => {
  expect(queryTypes.map((type) => type.id)).toEqual(['metrics', 'logs', 'alarms', 'cloudtrail', 'config', 'andon']);
});

test('an unknown type has no entry', () => {
  expect(typeOf({ queryType: 'future' })).toBeUndefined();
  expect(typeOf({})).toBeUndefined();
});

describe.each(each)('%s', (id, type) => {
  const made = (purpose: Purpose) => ({ refId: 'A', ...type.defaults(purpose) }) as AndonQuery;

  test('has texts', () => {
    for (const text of [type.name(), type.summary(), type.help(), type.cost(made('panel'), undefined)]) {
      expect(text).not.toBe('');
    }
  });

  test.each(purposes)('has defaults of its type for the purpose %s', (purpose) => {
    expect(made(purpose).queryType).toBe(id);
  });

  test('a new query shows something at once, or only a list tells what', () => {
    const query = made('panel');
    const known = type.complete ? { ...query, logGroups: ['/var/log/secure'] } : query;
    expect(type.isEmpty(known)).toBe(false);
    expect(type.validate(known)).toEqual([]);
  });

  test('the default of an alert rule can alert', () => {
    expect(type.alerting(made('alert'))).toMatchObject({ can: true });
  });

  test('examples are of its type and right, but for what only the user knows', () => {
    const query = { ...made('panel'), logGroups: ['/var/log/secure'], resourceId: 'i-1' } as unknown as AndonQuery;
    const examples = type.examples(query);
    expect(examples.length).toBeGreaterThan(2);
    for (const example of examples) {
      const taken = { refId: 'A', ...example.query } as AndonQuery;
      expect(taken.queryType).toBe(id);
      expect(type.validate(taken)).toEqual([]);
    }
  });

  test('variables change nothing where there are none', () => {
    const replace = replacer(fakeVariables({}), {});
    for (const { query } of type.examples(made('panel'))) {
      const before = { refId: 'A', ...query } as AndonQuery;
      expect(JSON.parse(JSON.stringify(interpolate(before, replace)))).toEqual(before);
    }
  });
});
