// Runs a variable's query as Grafana does, and reads the values from its answer.
import {
  type DataFrame,
  type DataSourceApi,
  FieldType,
  type MetricFindValue,
  type TimeRange,
  isDataFrame,
  toDataFrame,
} from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { firstValueFrom, from } from 'rxjs';
import { requestOf } from '../ask';

export async function variableValues(
  source: DataSourceApi,
  query: unknown,
  range: TimeRange
): Promise<MetricFindValue[]> {
  if (!(source.variables && 'query' in source.variables && source.variables.query)) {
    if (source.metricFindQuery) {
      return source.metricFindQuery(query, { range });
    }
    throw new Error('the data source has no variables');
  }
  const request = requestOf({ queries: [{ ...(query as DataQuery), refId: 'variable' }], range });
  const answer = await firstValueFrom(from(source.variables.query(request)));
  if (answer.errors?.[0] ?? answer.error) {
    throw answer.errors?.[0] ?? answer.error;
  }
  return answer.data.flatMap((d: unknown) => valuesOf(d));
}

// An answer is a list of values, or frames with fields text and value; without
// them the first field of texts counts.
function valuesOf(answer: unknown): MetricFindValue[] {
  if (!isDataFrame(answer) && !(typeof answer === 'object' && answer !== null && 'fields' in answer)) {
    return [answer as MetricFindValue];
  }
  const frame: DataFrame = toDataFrame(answer);
  const named = (name: string) => frame.fields.find((f) => f.name.toLowerCase() === name);
  const texts = named('text') ?? named('value') ?? frame.fields.find((f) => f.type === FieldType.string);
  const values = named('value') ?? texts;
  return Array.from({ length: texts ? frame.length : 0 }, (_, i) => ({
    text: String(texts?.values[i]),
    value: String(values?.values[i]),
  }));
}
