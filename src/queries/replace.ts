import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

/** Puts the values of dashboard variables in their places. */
export interface Replace {
  text<T extends string | undefined>(text: T): T;
  /** A variable with several values becomes several items. */
  list<T extends string[] | undefined>(list: T): T;
  /** The values as a regular expression: (a|b). */
  pattern(text: string): string;
}

// Characters that no query has, around and between the values of a variable.
const begin = '\u0001';
const between = '\u0002';
const end = '\u0003';

export function replacer(templates: TemplateSrv, scopedVars: ScopedVars): Replace {
  const expand = (item: string) => {
    const marked = templates.replace(
      item,
      scopedVars,
      (value: string | string[]) => begin + (Array.isArray(value) ? value : [value]).join(between) + end
    );
    return combinations(marked);
  };
  return {
    text: (text) => (text ? (templates.replace(text, scopedVars) as typeof text) : text),
    list: (list) => (list ? ([...new Set(list.flatMap(expand))].filter((item) => item !== '') as typeof list) : list),
    pattern: (text) => templates.replace(text, scopedVars, 'regex'),
  };
}

/** Every text that a marked one stands for: "web-<a|b>" is "web-a" and "web-b". */
function combinations(marked: string): string[] {
  const from = marked.indexOf(begin);
  const to = marked.indexOf(end, from);
  if (from < 0 || to < 0) {
    return [marked];
  }
  const rest = combinations(marked.slice(to + 1));
  return marked
    .slice(from + 1, to)
    .split(between)
    .flatMap((value) => rest.map((tail) => marked.slice(0, from) + value + tail));
}

/** Whether a text names a dashboard variable, so that its value is not known before the query runs. */
export function hasVariable(text: string | undefined): boolean {
  return text !== undefined && /\$\{?[A-Za-z_]|\[\[/.test(text);
}
