import {
  CustomVariableSupport,
  FieldType,
  toDataFrame,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  type ScopedVars,
} from '@grafana/data';
import { from, map, of, type Observable } from 'rxjs';
import type { AndonDataSource } from '../datasource';
import type { Item } from '../lists/lists';
import type { AndonQuery, Settings } from '../types';
import { defaultVariable, requiredFor, variableQueryOf, whereAsJSON, type VariableQuery } from './types';
import { VariableEditor } from './VariableEditor';

const mostValues = 5000;

/** Dashboard variables from lists and from answers of queries. */
export class AndonVariables extends CustomVariableSupport<AndonDataSource, VariableQuery, AndonQuery, Settings> {
  editor = VariableEditor;

  constructor(private readonly datasource: AndonDataSource) {
    super();
  }

  getDefaultQuery(): Partial<AndonQuery> {
    // Grafana's types take the query of panels here; the editor's own is meant.
    return defaultVariable(this.datasource.firstType) as Partial<AndonQuery>;
  }

  query = (request: DataQueryRequest<VariableQuery>): Observable<DataQueryResponse> => {
    const query = variableQueryOf(request.targets[0], this.datasource.firstType);
    if (query.source === 'query') {
      return this.column(request, query);
    }
    return this.list(query, request.scopedVars).pipe(map(toResponse));
  };

  private list(query: VariableQuery, scopedVars: ScopedVars): Observable<Item[]> {
    if (!query.list || requiredFor(query.list).some((name) => !query[name])) {
      return of([]);
    }
    const { account, region, namespace, metric, key, prefix, search } = query;
    const params = { account, region, namespace, metric, key, prefix, dimensions: whereAsJSON(query.where) };
    const lists = this.datasource.listsWith(scopedVars ?? {});
    return from(lists.read(query.list, params, search, mostValues)).pipe(map(({ items }) => items));
  }

  private column(
    request: DataQueryRequest<VariableQuery>,
    { query, column }: VariableQuery
  ): Observable<DataQueryResponse> {
    if (!query || !column) {
      return of(toResponse([]));
    }
    const targets = [{ ...query, refId: query.refId || 'A' }];
    // A dashboard waits for its variables.
    return this.datasource
      .queryOnce({ ...request, targets } as DataQueryRequest<AndonQuery>)
      .pipe(
        map((response) =>
          response.errors?.length
            ? response
            : { ...toResponse(valuesOf(response.data as DataFrame[], column)), state: response.state }
        )
      );
  }
}

/** The different values of a column, or of a label of series. */
export function valuesOf(frames: DataFrame[], column: string): Item[] {
  const found = new Set<string>();
  for (const field of frames.flatMap((frame) => frame.fields)) {
    const values = field.name === column ? field.values : [field.labels?.[column]];
    for (const value of values) {
      if (value !== null && value !== undefined && value !== '') {
        found.add(String(value));
      }
    }
  }
  return [...found].map((value) => ({ value }));
}

function toResponse(items: Item[]): DataQueryResponse {
  const frame = toDataFrame({
    fields: [
      { name: 'text', type: FieldType.string, values: items.map((item) => item.label || item.value) },
      { name: 'value', type: FieldType.string, values: items.map((item) => item.value) },
    ],
  });
  return { data: [frame] };
}
