import { t } from '@grafana/i18n';
import { ChoicesField, CodeField, ModeField, Row } from '../../fields';
import type { EditorProps } from '../type';
import { shapeOf } from './shape';
import { insightsQuery, type LogsFormat, type LogsQuery } from './types';

export function InsightsForm({ query, change, problem }: EditorProps<LogsQuery>) {
  const text = insightsQuery(query);
  return (
    <>
      <CodeField
        required
        label={t('logs.query.label', 'Query')}
        description={t('logs.query.description', 'Logs Insights QL; Ctrl+Enter runs it')}
        value={text}
        error={problem('query')}
        onChange={(typed) => change({ query: typed, expression: undefined })}
      />
      {shapeOf(text).stats && (
        <Row>
          <ModeField<LogsFormat>
            label={t('logs.format.label', 'Format')}
            value={query.format || 'auto'}
            options={[
              { value: 'auto', label: t('logs.format.auto', 'Series or numbers') },
              { value: 'table', label: t('logs.format.table', 'Table') },
            ]}
            error={problem('format')}
            onChange={(format) => change({ format })}
          />
          <ChoicesField
            label={t('logs.stats-groups.label', 'Columns that become labels')}
            placeholder={t('logs.stats-groups.placeholder', 'Those after “by”')}
            options={[]}
            value={query.statsGroups}
            onChange={(statsGroups) => change({ statsGroups })}
          />
        </Row>
      )}
    </>
  );
}
