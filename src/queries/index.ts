import type { AndonQuery } from '../types';
import { alarms } from './alarms';
import { andon } from './andon';
import { cloudtrail } from './cloudtrail';
import { config } from './config';
import { logs } from './logs';
import { metrics } from './metrics';
import { accountsOf, regionsOf, withAccounts, withRegions, type ScopedQuery } from './scope';
import type { Replace } from './replace';
import type { QueryType } from './type';

/** The query types in the order in which they are offered. One more is one folder and one line. */
export const queryTypes: QueryType[] = [metrics, logs, alarms, cloudtrail, config, andon];

/** The type of a query; undefined for one that this version does not know. */
export function typeOf(query: { queryType?: string }): QueryType | undefined {
  return queryTypes.find((type) => type.id === query.queryType);
}

/** The query with the values of variables in place of their names. */
export function interpolate(query: AndonQuery, replace: Replace): AndonQuery {
  const type = typeOf(query);
  if (!type) {
    return query;
  }
  const inner = type.interpolate(query, replace);
  if (!type.hasScope) {
    return inner;
  }
  // A variable with several values makes one region into several.
  return {
    ...inner,
    ...withAccounts(replace.list(accountsOf(query as ScopedQuery))),
    ...withRegions(replace.list(regionsOf(query as ScopedQuery))),
  };
}
