import type { QueryEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Stack } from '@grafana/ui';
import type { AndonDataSource } from '../datasource';
import { QueryForm } from '../editor/QueryForm';
import { ModeField, TextField } from '../fields';
import { queryTypes } from '../queries';
import type { AndonQuery, Settings } from '../types';
import { ListForm } from './ListForm';
import { variableQueryOf, type VariableQuery } from './types';

type Props = QueryEditorProps<AndonDataSource, AndonQuery, Settings, VariableQuery>;

/** Where a variable's values come from. */
export function VariableEditor({ datasource, query: saved, onChange }: Props) {
  const query = variableQueryOf(saved, datasource.firstType);
  const change = (fields: Partial<VariableQuery>) => onChange({ ...query, ...fields });
  return (
    <Stack direction="column" gap={2}>
      <ModeField<VariableQuery['source']>
        label={t('variable.source.label', 'Values from')}
        value={query.source}
        options={[
          { value: 'list', label: t('variable.source.list', 'A list') },
          { value: 'query', label: t('variable.source.query', 'A column of a query') },
        ]}
        onChange={(source) => change({ source, query: query.query ?? { refId: 'A', queryType: datasource.firstType } })}
      />
      {query.source === 'list' ? (
        <ListForm query={query} lists={datasource.lists} change={change} />
      ) : (
        <>
          <QueryForm
            datasource={datasource}
            query={query.query ?? { refId: 'A', queryType: datasource.firstType }}
            onChange={(changed) => change({ query: changed })}
            onRunQuery={() => {}}
            types={queryTypes}
            purpose="variable"
          />
          <TextField
            required
            label={t('variable.column.label', 'Column or label')}
            description={t('variable.column.description', 'As the answer names it: name, InstanceId …')}
            value={query.column}
            error={query.column ? undefined : t('variable.problem.column', 'The column that has the values')}
            onChange={(column) => change({ column })}
          />
        </>
      )}
    </Stack>
  );
}
