import type { ScopedQuery } from '../scope';

/** How the metrics are named. The back end goes by what is filled in; the editor remembers what is being filled in. */
export type MetricsMode = 'metric' | 'expression' | 'sql';

/** The values of each dimension: one, several, or "*" for any. */
export type Dimensions = Record<string, string | string[]>;

/** CloudWatch metrics. Names are those of Grafana's CloudWatch data source where it has them. */
export interface MetricsQuery extends ScopedQuery {
  queryType: 'metrics';
  mode?: MetricsMode;
  namespace?: string;
  metricName?: string;
  dimensions?: Dimensions;
  /** No further dimensions than those named; true where absent. */
  matchExact?: boolean;
  /** Average where empty */
  statistic?: string;
  unit?: string;
  /** Metric math or SEARCH. */
  expression?: string;
  /** Metrics Insights. */
  sqlExpression?: string;
  /** auto where empty, else seconds or a duration as 5m */
  period?: string;
  /** By which expressions of the same panel refer to it. */
  id?: string;
  label?: string;
  /** A linked account (cross-account observability). */
  accountId?: string;
}

export function modeOf(query: MetricsQuery): MetricsMode {
  if (query.mode) {
    return query.mode;
  }
  if (query.sqlExpression) {
    return 'sql';
  }
  return query.expression ? 'expression' : 'metric';
}

export function valuesOf(dimensions: Dimensions | undefined, name: string): string[] {
  const values = dimensions?.[name];
  return values === undefined ? [] : typeof values === 'string' ? [values] : values;
}
