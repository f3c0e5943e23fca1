import { t } from '@grafana/i18n';
import { CodeField } from '../../fields';
import type { EditorProps } from '../type';
import { modeOf, type MetricsQuery } from './types';

export function ExpressionForm({ query, change, problem }: EditorProps<MetricsQuery>) {
  if (modeOf(query) === 'sql') {
    return (
      <CodeField
        required
        label={t('metrics.sql.label', 'Metrics Insights query')}
        description={t('metrics.sql.description', 'SELECT … FROM SCHEMA(…) WHERE … GROUP BY …')}
        value={query.sqlExpression}
        error={problem('sqlExpression')}
        onChange={(sqlExpression) => change({ sqlExpression })}
      />
    );
  }
  return (
    <CodeField
      required
      label={t('metrics.expression.label', 'Expression')}
      description={t(
        'metrics.expression.description',
        'Metric math over the ids of this panel’s queries, or SEARCH(…); $__period_auto is the period in seconds'
      )}
      value={query.expression}
      error={problem('expression')}
      onChange={(expression) => change({ expression })}
    />
  );
}
