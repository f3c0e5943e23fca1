import type { ScopedQuery } from '../scope';

export const modes = ['insights', 'filter'] as const;
export type LogsMode = (typeof modes)[number];
export type LogsFormat = 'auto' | 'table';

/** CloudWatch Logs. Fields of the other mode are left alone. */
export interface LogsQuery extends ScopedQuery {
  queryType: 'logs';
  /** insights where empty */
  mode?: LogsMode;
  /** Names, or ARNs of groups of linked accounts. */
  logGroups?: string[];
  limit?: number;

  /** Logs Insights QL. */
  query?: string;
  /** The same, by the name it has in Grafana's CloudWatch data source. */
  expression?: string;
  /** auto where empty */
  format?: LogsFormat;
  /** Columns that become labels; those after "by" where empty. */
  statsGroups?: string[];

  /** CloudWatch's filter pattern; every event where empty. */
  pattern?: string;
  streamPrefix?: string;
}

/** How many lines a plain filter begins with: a first look. */
export const firstLines = 100;

export function modeOf(query: LogsQuery): LogsMode {
  return query.mode || 'insights';
}

/** What Logs Insights is asked. */
export function insightsQuery(query: LogsQuery): string {
  return query.query || query.expression || '';
}
