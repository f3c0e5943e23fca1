// A dashboard's variables: what can be chosen, and what is.
import { type MetricFindValue, type TimeRange, VariableSort } from '@grafana/data';
import { addressVariables, say } from '../address';
import { asError } from '../ask';
import type { World } from '../grafana/start';
import { type Chosen, allValue, templates } from '../grafana/templates';
import { variableValues } from '../grafana/variableQuery';
import type { SavedVariable } from './model';

export interface Variable extends Chosen {
  saved: SavedVariable;
  options: Array<{ text: string; value: string }>;
  error?: string;
}

/**
 * Reads the variables one after another, since the query of one may use those
 * before it. A value that the address names is taken as it is, as Grafana takes
 * it; a saved one that cannot be chosen any more gives way to the first.
 */
export async function loadVariables(
  saved: SavedVariable[],
  world: World,
  range: TimeRange,
  wanted: Record<string, string[]>
): Promise<Variable[]> {
  const loaded: Variable[] = [];
  for (const s of saved) {
    templates.set(loaded);
    loaded.push(await load(s, world, range, wanted[s.name]));
  }
  templates.set(loaded);
  return loaded;
}

async function load(saved: SavedVariable, world: World, range: TimeRange, wanted?: string[]): Promise<Variable> {
  const base = {
    saved,
    name: saved.name,
    label: saved.label ?? undefined,
    multi: saved.multi,
    includeAll: saved.includeAll,
  };
  const asked = wanted ?? [saved.current?.value ?? []].flat().map(String);
  let options: Variable['options'] = [];
  let error: string | undefined;
  switch (saved.type) {
    case 'query':
      try {
        options = select(await variableValues(world.api(saved.datasource), saved.query, range), saved);
      } catch (e) {
        error = asError(e).message;
        options = asked.filter((v) => v !== allValue).map((v) => ({ text: v, value: v }));
      }
      break;
    case 'custom':
    case 'interval':
      options = String(saved.query ?? '')
        .split(/(?<!\\),/)
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => {
          const [text, value] = part.split(' : ');
          return { text, value: value ?? text };
        });
      break;
    case 'datasource':
      options = world.sources
        .filter(
          (s) =>
            s.type === saved.query && (!saved.regex || new RegExp(saved.regex.replace(/^\/|\/$/g, '')).test(s.name))
        )
        .map((s) => ({ text: s.name, value: s.uid }));
      break;
    default: {
      // A text box, or a constant: what is written is the value.
      const value = wanted?.[0] ?? String(saved.current?.value ?? saved.query ?? '');
      return { ...base, options, value, text: value };
    }
  }
  const known = wanted ? [...options, ...unknown(wanted, options)] : options;
  return { ...base, options, error, ...choose(known, asked, saved, options) };
}

const unknown = (wanted: string[], options: Variable['options']) =>
  wanted
    .filter((v) => v !== allValue && v !== 'All' && !options.some((o) => o.value === v || o.text === v))
    .map((v) => ({ text: v, value: v }));

// One of the known values, or several, or all options.
function choose(
  values: Variable['options'],
  asked: string[],
  saved: SavedVariable,
  options: Variable['options']
): Pick<Chosen, 'value' | 'text' | 'all'> {
  const all = saved.allValue ? [saved.allValue] : options.map((o) => o.value);
  if (saved.includeAll && (asked.includes(allValue) || asked.includes('All') || asked.length === 0)) {
    return { value: saved.multi ? [allValue] : allValue, text: say('All', 'すべて'), all };
  }
  const known = values.filter((o) => asked.includes(o.value) || asked.includes(o.text));
  const picked = known.length > 0 ? known : values.slice(0, 1);
  return saved.multi
    ? { value: picked.map((o) => o.value), text: picked.map((o) => o.text), all }
    : { value: picked[0]?.value ?? '', text: picked[0]?.text ?? '', all };
}

// The variable's regular expression takes a part out of each, or leaves it out.
function select(found: MetricFindValue[], saved: SavedVariable): Variable['options'] {
  const pattern = /^\/(.*)\/([a-z]*)$/.exec(saved.regex ?? '');
  const regex = pattern ? new RegExp(pattern[1], pattern[2].replace('g', '')) : undefined;
  const options: Variable['options'] = [];
  for (const one of found) {
    let text = one.text;
    let value = String(one.value ?? one.text);
    if (regex) {
      const match = regex.exec(value);
      if (!match) {
        continue;
      }
      const part = match.groups?.value ?? match[1];
      text = match.groups?.text ?? part ?? text;
      value = part ?? value;
    }
    if (!options.some((o) => o.value === value)) {
      options.push({ text, value });
    }
  }
  return sort(options, saved.sort ?? VariableSort.disabled);
}

function sort(options: Variable['options'], by: VariableSort): Variable['options'] {
  if (by === VariableSort.disabled) {
    return options;
  }
  const compare = new Intl.Collator('en', {
    numeric: by >= VariableSort.numericalAsc && by <= VariableSort.numericalDesc,
  }).compare;
  const sorted = options.toSorted((a, b) => compare(a.text, b.text));
  return by % 2 === 0 ? sorted.reverse() : sorted;
}

export const wantedByAddress = addressVariables;
