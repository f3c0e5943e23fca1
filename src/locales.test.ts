import { collect, read } from '../.config/texts.cjs';

const english = read('en-US');
const japanese = read('ja-JP');
const calls = collect();

/** {{- name}} in a text, sorted. */
function placeholders(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/\{\{- (\w+)\}\}/g)].map((match) => match[1]).sort();
}

test('values are put in as they are: React does the escaping, and twice would show &quot;', () => {
  const escaped = [...english, ...japanese].filter(([, text]) => /\{\{(?!- \w+\}\})/.test(text));
  expect(escaped).toEqual([]);
});

test('there are texts', () => {
  expect(calls.length).toBeGreaterThan(200);
});

test('English has the texts of the code: none is missing, none unused (npm run locales writes them)', () => {
  const code = Object.fromEntries(calls.map(({ key, text }) => [key, text]));
  expect(Object.fromEntries(english)).toEqual(code);
});

test('a key stands for one text', () => {
  const seen = new Map<string, string>();
  for (const { key, text } of calls) {
    expect({ key, text: seen.get(key) ?? text }).toEqual({ key, text });
    seen.set(key, text);
  }
});

test('Japanese has the same keys in the same order', () => {
  expect([...japanese.keys()]).toEqual([...english.keys()]);
});

test.each([...english.keys()])('%s has the same placeholders in both languages', (key) => {
  expect(japanese.get(key)).toBeTruthy();
  expect(placeholders(japanese.get(key))).toEqual(placeholders(english.get(key)));
});

test.each(calls.map((call) => [call.key, call] as const))('%s gets the values that its text names', (_key, call) => {
  expect([...call.values].sort()).toEqual(placeholders(call.text));
});

// Names of products and of query languages are the same in both.
const sameInBoth = /^[\x20-\x7e…]+$/;

test('Japanese is translated', () => {
  const copied = [...english].filter(([key, text]) => japanese.get(key) === text && !sameInBoth.test(text));
  expect(copied).toEqual([]);
  const latin = [...japanese].filter(([, text]) => sameInBoth.test(text)).map(([key]) => key);
  expect(latin).toEqual([
    'cloudtrail.name',
    'config.name',
    'logs.mode.insights',
    'metrics.id.label',
    'metrics.mode.sql',
    'metrics.sql.description',
    'settings.bridge.url',
  ]);
});
