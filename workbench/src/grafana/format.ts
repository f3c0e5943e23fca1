// How a variable's value is written into a text: Grafana's formats.

const strict = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase());

const escapeRegex = (text: string) => text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

const quote = (mark: string) => (text: string) => mark + text.replaceAll(mark, '\\' + mark) + mark;

type Value = string | string[];

const each = (value: Value, write: (text: string) => string, glue: string) => [value].flat().map(write).join(glue);

const same = (text: string) => text;

const glob = (value: Value) => (Array.isArray(value) && value.length > 1 ? `{${value.join(',')}}` : String(value));

const formats: Record<string, (value: Value, name: string) => string> = {
  glob,
  raw: (v) => String(v),
  csv: (v) => each(v, same, ','),
  pipe: (v) => each(v, same, '|'),
  json: (v) => JSON.stringify(v),
  text: (v) => each(v, same, ' + '),
  regex: (v) => (Array.isArray(v) && v.length > 1 ? `(${each(v, escapeRegex, '|')})` : each(v, escapeRegex, '')),
  singlequote: (v) => each(v, quote("'"), ','),
  doublequote: (v) => each(v, quote('"'), ','),
  sqlstring: (v) => each(v, (t) => `'${t.replaceAll("'", "''")}'`, ','),
  percentencode: (v) => strict(glob(v)),
  uriencode: (v) => encodeURI(glob(v)).replace(/[!'()*&#?]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()),
  queryparam: (v, name) => each(v, (t) => `var-${name}=${strict(t)}`, '&'),
};

/** Writes a value; an unknown format is Grafana's usual one, glob. */
export function format(value: Value, as: string | undefined, name: string): string {
  return (formats[as ?? 'glob'] ?? glob)(value, name);
}
