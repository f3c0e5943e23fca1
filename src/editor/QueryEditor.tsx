import type { QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Field, Input } from '@grafana/ui';
import type { AndonDataSource } from '../datasource';
import type { AndonQuery, Settings } from '../types';

export function QueryEditor({ query, onChange }: QueryEditorProps<AndonDataSource, AndonQuery, Settings>) {
  return (
    <Field label={t('editor.query-type', 'Query type')}>
      <Input
        id="query-type"
        value={query.queryType ?? ''}
        onChange={(e) => onChange({ ...query, queryType: e.currentTarget.value })}
      />
    </Field>
  );
}
