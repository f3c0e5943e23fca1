import { t } from '@grafana/i18n';
import { placesVerdict } from '../checks';
import { hasVariable } from '../replace';
import type { Problem, Verdict } from '../type';
import { periodProblem } from './period';
import { modeOf, valuesOf, type MetricsQuery } from './types';

const idPattern = /^[a-z][A-Za-z0-9_]*$/;
const statisticPattern =
  /^(Average|Sum|SampleCount|Minimum|Maximum|IQM|(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|(TM|WM|PR|TC|TS)\(.*\))$/;
const accountPattern = /^(\d{12}|all)$/;

export function validate(query: MetricsQuery): Problem[] {
  const problems = modeOf(query) === 'metric' ? metricProblems(query) : expressionProblems(query);
  const period = periodProblem(query.period);
  if (period) {
    problems.push({ field: 'period', text: period });
  }
  if (query.id && !idPattern.test(query.id)) {
    const text = t('metrics.problem.id', 'A small letter, then letters, digits and _ only');
    problems.push({ field: 'id', text });
  }
  if (query.accountId && !hasVariable(query.accountId) && !accountPattern.test(query.accountId)) {
    const text = t('metrics.problem.account-id', 'An account id has 12 digits; all stands for all linked accounts');
    problems.push({ field: 'accountId', text });
  }
  return problems;
}

function metricProblems(query: MetricsQuery): Problem[] {
  const problems: Problem[] = [];
  if (!query.namespace) {
    problems.push({ field: 'namespace', text: t('metrics.problem.namespace', 'Choose one, for example AWS/EC2') });
  }
  if (!query.metricName) {
    problems.push({ field: 'metricName', text: t('metrics.problem.metric', 'Choose one, for example CPUUtilization') });
  }
  if (query.statistic && !hasVariable(query.statistic) && !statisticPattern.test(query.statistic)) {
    const text = t('metrics.problem.statistic', 'Not known; for example Average, Sum, Maximum, p99, tm95');
    problems.push({ field: 'statistic', text });
  }
  for (const name of Object.keys(query.dimensions ?? {})) {
    if (valuesOf(query.dimensions, name).includes('')) {
      const text = t('metrics.problem.dimension-empty', 'An empty value; * stands for any');
      problems.push({ field: `dimensions.${name}`, text });
    }
  }
  return problems;
}

function expressionProblems(query: MetricsQuery): Problem[] {
  if (modeOf(query) === 'sql') {
    if (!query.sqlExpression) {
      return [{ field: 'sqlExpression', text: t('metrics.problem.sql', 'A query: SELECT … FROM SCHEMA(…)') }];
    }
    if (!hasVariable(query.sqlExpression) && !/^\s*select\s/i.test(query.sqlExpression)) {
      return [{ field: 'sqlExpression', text: t('metrics.problem.sql-select', 'Has to begin with SELECT') }];
    }
    return [];
  }
  if (!query.expression) {
    const text = t('metrics.problem.expression', 'Metric math over ids of this panel, as m1 * 100, or SEARCH(…)');
    return [{ field: 'expression', text }];
  }
  return [];
}

export function isEmpty(query: MetricsQuery): boolean {
  return !query.expression && !query.sqlExpression && !(query.namespace && query.metricName);
}

export function alerting(query: MetricsQuery): Verdict {
  if (query.hide) {
    return { can: false, why: t('metrics.alert.hidden', 'It is hidden: only expressions see it.') };
  }
  if (modeOf(query) === 'expression' && refers(query.expression ?? '')) {
    const why = t(
      'metrics.alert.refers',
      'Grafana sends a rule’s queries one by one: use a Grafana expression instead.'
    );
    return { can: false, why };
  }
  return placesVerdict(query) ?? { can: true, why: t('metrics.alert.series', 'Each series is an alert of its own.') };
}

/** Whether metric math names other queries: by their ids, which begin with a small letter, or all by METRICS(). */
function refers(expression: string): boolean {
  const bare = expression.replace(/'[^']*'|"[^"]*"/g, '').replace(/\$\{[^}]*\}|\$\w+|\[\[\w+\]\]/g, '0');
  return /(^|[^A-Za-z0-9_.])[a-z]\w*/.test(bare) || /\bMETRICS\s*\(/i.test(bare);
}
