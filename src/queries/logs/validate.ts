import { t } from '@grafana/i18n';
import { limitProblems, tooLong, tooMany, unknown } from '../checks';
import type { Problem, Verdict } from '../type';
import { shapeOf } from './shape';
import { insightsQuery, modeOf, modes, type LogsQuery } from './types';

const mostGroups = 50;
const mostRows = 10_000;
const longestQuery = 10_000;
const longestPattern = 1024;

export function validate(query: LogsQuery): Problem[] {
  const problems = [
    ...unknown('mode', query.mode ? [query.mode] : [], modes),
    ...unknown('format', query.format ? [query.format] : [], ['auto', 'table']),
    ...tooMany('logGroups', query.logGroups, mostGroups),
    ...limitProblems(query.limit, mostRows),
  ];
  if (!query.logGroups?.length) {
    problems.push({ field: 'logGroups', text: t('logs.problem.groups', 'Choose at least one log group') });
  }
  if (modeOf(query) === 'filter') {
    return [...problems, ...tooLong('pattern', query.pattern, longestPattern)];
  }
  if (insightsQuery(query).trim() === '') {
    const text = t('logs.problem.query', 'A query, as fields @timestamp, @message | filter @message like /ERROR/');
    problems.push({ field: 'query', text });
  }
  return [...problems, ...tooLong('query', insightsQuery(query), longestQuery)];
}

export function isEmpty(query: LogsQuery): boolean {
  return !query.logGroups?.length || (modeOf(query) === 'insights' && insightsQuery(query).trim() === '');
}

export function alerting(query: LogsQuery): Verdict {
  if (modeOf(query) === 'filter') {
    return { can: false, why: t('logs.alert.filter', 'Lines cannot be compared: use Insights with stats.') };
  }
  const { stats, series } = shapeOf(insightsQuery(query));
  if (!stats) {
    const why = t('logs.alert.lines', 'Lines cannot be compared: count them, as stats count(*) by bin(5m).');
    return { can: false, why };
  }
  if (query.format === 'table') {
    return { can: false, why: t('logs.alert.table', 'A table cannot be compared: choose the format auto.') };
  }
  return {
    can: true,
    why: series
      ? t('logs.alert.series', 'A time series for each group.')
      : t('logs.alert.numbers', 'A number for each group.'),
  };
}
