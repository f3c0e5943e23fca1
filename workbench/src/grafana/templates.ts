// Grafana's TemplateSrv: variables of a dashboard, the time range, and what a
// data link knows of the cell it is in.
import {
  type DataFrame,
  type Field,
  type ScopedVars,
  type TimeRange,
  type TypedVariableModel,
  formattedValueToString,
  getDisplayProcessor,
  getFieldDisplayName,
  getFieldDisplayValuesProxy,
} from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';
import { get } from 'lodash';
import { timeZone } from '../time';
import { format } from './format';

/** A variable with the values that are chosen. */
export interface Chosen {
  name: string;
  label?: string;
  value: string | string[];
  text: string | string[];
  multi?: boolean;
  includeAll?: boolean;
  /** What "All" stands for. */
  all?: string[];
}

export const allValue = '$__all';

// $name, [[name:format]], ${name.path:format}
const expression = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\${(\w+)(?:((?:\.|\[)[^:}]+))?(?::([^}]+))?}/g;

interface Cell {
  frame: DataFrame;
  field: Field;
  rowIndex?: number;
  calculatedValue?: { text: string; numeric: number; title?: string };
}

type Custom = (
  value: unknown,
  variable: { name: string; multi?: boolean; includeAll?: boolean },
  usual: unknown
) => string;

export class Templates implements TemplateSrv {
  private chosen = new Map<string, Chosen>();
  private range?: TimeRange;

  set(variables: Chosen[]) {
    this.chosen = new Map(variables.map((v) => [v.name, v]));
  }

  updateTimeRange(range: TimeRange) {
    this.range = range;
  }

  getVariables(): TypedVariableModel[] {
    return [...this.chosen.values()].map(
      (v) =>
        ({
          type: 'custom',
          id: v.name,
          name: v.name,
          label: v.label,
          multi: v.multi ?? false,
          includeAll: v.includeAll ?? false,
          current: { text: v.text, value: v.value, selected: true },
          options: [],
          query: '',
        }) as unknown as TypedVariableModel
    );
  }

  containsTemplate(target?: string): boolean {
    return [...(target ?? '').matchAll(expression)].some((m) => this.chosen.has(m[1] ?? m[2] ?? m[4]));
  }

  replace(target = '', scoped: ScopedVars = {}, usual?: string | Function): string {
    return target.replace(expression, (match, plain, square, squareFormat, braced, path, bracedFormat) => {
      const name: string = plain ?? square ?? braced;
      const as: string | Function | undefined = squareFormat ?? bracedFormat ?? usual;
      const value = this.value(name, path, scoped);
      if (value === undefined) {
        return match;
      }
      if (typeof as === 'function') {
        return (as as Custom)(value, this.chosen.get(name) ?? { name }, undefined);
      }
      if (name === '__url_time_range' || name === '__all_variables') {
        return String(value); // is written for an address already
      }
      if (as === 'text' && this.chosen.has(name)) {
        return format(this.chosen.get(name)?.text ?? '', 'text', name);
      }
      return format(value, as, name);
    });
  }

  private value(name: string, path: string | undefined, scoped: ScopedVars): string | string[] | undefined {
    const cell = (scoped.__dataContext?.value ?? undefined) as Cell | undefined;
    switch (name) {
      case '__url_time_range':
        return this.range && `from=${this.range.from.valueOf()}&to=${this.range.to.valueOf()}`;
      case '__from':
        return this.range && String(this.range.from.valueOf());
      case '__to':
        return this.range && String(this.range.to.valueOf());
      case '__all_variables':
        return [...this.chosen.values()].map((v) => format(v.value, 'queryparam', v.name)).join('&');
      case '__data':
      case '__value':
      case '__field':
      case '__series':
        return cell && path !== undefined ? cellValue(name, path, cell) : undefined;
    }
    if (name in scoped) {
      const value: unknown = scoped[name]?.value;
      return text(path ? get(value, path.replace(/^\./, '')) : value);
    }
    const variable = this.chosen.get(name);
    if (!variable) {
      return undefined;
    }
    return [variable.value].flat().includes(allValue) ? (variable.all ?? []) : variable.value;
  }
}

const text = (value: unknown): string | string[] =>
  Array.isArray(value) ? value.map(String) : value === undefined || value === null ? '' : String(value);

function cellValue(name: string, path: string, cell: Cell): string {
  const { frame, field, rowIndex = 0 } = cell;
  const names = path.replace(/^\./, '');
  switch (name) {
    case '__data': {
      const fields = getFieldDisplayValuesProxy({ frame, rowIndex, timeZone: timeZone() });
      const value: unknown = get({ fields }, names);
      return typeof value === 'object' && value !== null && 'text' in value
        ? formattedValueToString(value as { text: string })
        : String(text(value));
    }
    case '__value': {
      if (cell.calculatedValue) {
        return names === 'text' ? cell.calculatedValue.text : String(cell.calculatedValue.numeric);
      }
      const raw: unknown = field.values[rowIndex];
      switch (names) {
        case 'raw':
          return String(text(raw));
        case 'time':
          return String(text(frame.fields.find((f) => f.type === 'time')?.values[rowIndex]));
        default: {
          const shown = (field.display ?? getDisplayProcessor())(raw);
          return names === 'numeric' ? String(shown.numeric) : formattedValueToString(shown);
        }
      }
    }
    case '__field':
      return String(
        text(
          get({ name: field.name, displayName: getFieldDisplayName(field, frame), labels: field.labels ?? {} }, names)
        )
      );
    default:
      return String(text(get({ name: frame.name ?? '' }, names)));
  }
}

export const templates = new Templates();
