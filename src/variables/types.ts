import type { DataQuery } from '@grafana/schema';
import type { ListName } from '../lists/lists';
import type { AndonQuery, FirstType } from '../types';

/** What a variable gets its values from: a list of the back end, or a column of a query's answer. */
export interface VariableQuery extends DataQuery {
  source: 'list' | 'query';

  list?: ListName;
  account?: string;
  region?: string;
  namespace?: string;
  metric?: string;
  /** The dimension whose values are listed. */
  key?: string;
  /** Dimensions that have to hold, as InstanceId=i-1, VpnId=$vpn */
  where?: string;
  prefix?: string;
  /** Text that occurs in the value, label or description. */
  search?: string;

  query?: AndonQuery;
  /** A column's name, or that of a label of series. */
  column?: string;
}

const refId = 'AndonVariable';

/** A new variable: of a data source that has no lists, a column. */
export function defaultVariable(first: FirstType): VariableQuery {
  if (first === 'andon') {
    return { refId, source: 'query', query: { refId: 'A', queryType: 'andon' } };
  }
  return { refId, source: 'list', list: 'regions' };
}

/** A saved query of a variable; Grafana gives an empty text for a new one. */
export function variableQueryOf(saved: unknown, first: FirstType): VariableQuery {
  const query = typeof saved === 'object' && saved !== null ? (saved as Partial<VariableQuery>) : {};
  return { ...(query.source ? {} : defaultVariable(first)), ...query, refId: query.refId || refId } as VariableQuery;
}

/** The parameters that a list cannot do without. */
export function requiredFor(list: ListName | undefined): Array<'namespace' | 'key'> {
  switch (list) {
    case 'metrics':
    case 'dimension-keys':
      return ['namespace'];
    case 'dimension-values':
      return ['namespace', 'key'];
    default:
      return [];
  }
}

/** "InstanceId=i-1, VpnId=$vpn" as the JSON that the back end takes. */
export function whereAsJSON(where: string | undefined): string | undefined {
  const pairs = (where ?? '')
    .split(',')
    .map((pair) => pair.split('='))
    .filter((pair) => pair.length === 2 && pair[0].trim() !== '')
    .map(([name, value]) => [name.trim(), value.trim()]);
  return pairs.length > 0 ? JSON.stringify(Object.fromEntries(pairs)) : undefined;
}
