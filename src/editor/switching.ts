import type { Purpose, QueryType } from '../queries/type';
import type { ScopedQuery } from '../queries/scope';
import type { AndonQuery, Fields } from '../types';

/** A new query of another type, in the same place of its panel, of the same account and region. */
export function started(query: AndonQuery, type: QueryType, purpose: Purpose): AndonQuery {
  return { ...placeOf(query), ...(type.hasScope ? scopeOf(query) : {}), ...type.defaults(purpose) } as AndonQuery;
}

/** The query with other fields: those of an example. */
export function replaced(query: AndonQuery, fields: Fields<AndonQuery>): AndonQuery {
  return { ...placeOf(query), ...scopeOf(query), ...fields } as AndonQuery;
}

/** What Grafana keeps in every query. */
function placeOf({ refId, datasource, hide, key }: AndonQuery) {
  return {
    refId,
    ...(datasource !== undefined && { datasource }),
    ...(hide !== undefined && { hide }),
    ...(key !== undefined && { key }),
  };
}

function scopeOf({ account, accounts, region, regions, noCache }: Partial<ScopedQuery>) {
  return {
    ...(account !== undefined && { account }),
    ...(accounts !== undefined && { accounts }),
    ...(region !== undefined && { region }),
    ...(regions !== undefined && { regions }),
    ...(noCache !== undefined && { noCache }),
  };
}
