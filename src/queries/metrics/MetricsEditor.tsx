import { t } from '@grafana/i18n';
import { ModeField } from '../../fields';
import type { EditorProps } from '../type';
import { ExpressionForm } from './ExpressionForm';
import { MetricForm } from './MetricForm';
import { Options } from './Options';
import { searchExample, sqlExample } from './examples';
import { modeOf, type MetricsMode, type MetricsQuery } from './types';

export function MetricsEditor(props: EditorProps<MetricsQuery>) {
  const { query, change } = props;
  const mode = modeOf(query);
  return (
    <>
      <ModeField<MetricsMode>
        label={t('metrics.mode.label', 'Metrics by')}
        value={mode}
        options={[
          { value: 'metric', label: t('metrics.mode.metric', 'Name and dimensions') },
          { value: 'expression', label: t('metrics.mode.expression', 'Math or SEARCH') },
          { value: 'sql', label: t('metrics.mode.sql', 'SQL (Metrics Insights)') },
        ]}
        onChange={(chosen) => change(switchedTo(chosen, query))}
      />
      {mode === 'metric' ? <MetricForm {...props} /> : <ExpressionForm {...props} />}
      <Options {...props} />
    </>
  );
}

/** The back end goes by expression and sqlExpression, so the others' text has to go. */
function switchedTo(mode: MetricsMode, query: MetricsQuery): Partial<MetricsQuery> {
  return {
    mode,
    expression: mode === 'expression' ? query.expression || searchExample : undefined,
    sqlExpression: mode === 'sql' ? query.sqlExpression || sqlExample : undefined,
  };
}
