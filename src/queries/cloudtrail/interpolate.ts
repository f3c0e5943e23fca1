import type { Replace } from '../replace';
import type { CloudTrailQuery, Filter } from './types';

export function interpolate(query: CloudTrailQuery, replace: Replace): CloudTrailQuery {
  return {
    ...query,
    attribute: replace.text(query.attribute),
    value: replace.text(query.value),
    filters: query.filters?.map((filter) => interpolateFilter(filter, replace)),
    search: replace.text(query.search),
    groupBy: replace.text(query.groupBy),
  };
}

/** Several values of a variable mean one of them, which only a regular expression can say. */
function interpolateFilter(filter: Filter, replace: Replace): Filter {
  const field = replace.text(filter.field);
  const values = replace.list([filter.value]);
  if (filter.op === '=~' || filter.op === '!~' || values.length < 2) {
    return { ...filter, field, value: replace.text(filter.value) };
  }
  const any = values.map(asExpression).join('|');
  return { field, op: filter.op === '!=' ? '!~' : '=~', value: any };
}

/** A text in which * stands for any text, as a regular expression. */
function asExpression(text: string): string {
  return text
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
