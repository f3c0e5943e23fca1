import { t } from '@grafana/i18n';
import type { Replace } from '../replace';
import type { QueryType } from '../type';
import { cost } from './cost';
import { cpu, examples } from './examples';
import { MetricsEditor } from './MetricsEditor';
import { valuesOf, type Dimensions, type MetricsQuery } from './types';
import { alerting, isEmpty, validate } from './validate';

/** CloudWatch's metrics: time series that alert rules can use. */
export const metrics: QueryType<MetricsQuery> = {
  id: 'metrics',
  name: () => t('metrics.name', 'Metrics'),
  summary: () => t('metrics.summary', 'CloudWatch metrics by name, math, SEARCH or SQL'),
  help: () =>
    t(
      'metrics.help',
      'In a dimension, * stands for any value, also within a text (web-*); every combination is a series. The period auto is the shortest that AWS still keeps and that gives up to 2,000 points.'
    ),
  hasScope: true,
  annotates: false,
  defaults: cpu,
  isEmpty,
  validate,
  alerting,
  cost,
  interpolate: (query, replace) => ({
    ...query,
    namespace: replace.text(query.namespace),
    metricName: replace.text(query.metricName),
    dimensions: dimensions(query.dimensions, replace),
    statistic: replace.text(query.statistic),
    unit: replace.text(query.unit),
    expression: replace.text(query.expression),
    sqlExpression: replace.text(query.sqlExpression),
    period: replace.text(query.period),
    label: replace.text(query.label),
    accountId: replace.text(query.accountId),
  }),
  examples,
  Editor: MetricsEditor,
};

function dimensions(given: Dimensions | undefined, replace: Replace): Dimensions | undefined {
  if (!given) {
    return undefined;
  }
  const out: Dimensions = {};
  for (const name of Object.keys(given)) {
    out[replace.text(name)] = replace.list(valuesOf(given, name));
  }
  return out;
}
