import { t } from '@grafana/i18n';
import { Row, TextField } from '../../fields';
import type { EditorProps } from '../type';
import type { LogsQuery } from './types';

export function FilterForm({ query, change, problem }: EditorProps<LogsQuery>) {
  return (
    <Row>
      <TextField
        label={t('logs.pattern.label', 'Filter pattern')}
        description={t('logs.pattern.description', 'CloudWatch’s own, as "Failed password" or { $.level = "ERROR" }')}
        placeholder={t('logs.pattern.placeholder', 'All lines')}
        value={query.pattern}
        error={problem('pattern')}
        onChange={(pattern) => change({ pattern })}
      />
      <TextField
        label={t('logs.stream.label', 'Log stream begins with')}
        value={query.streamPrefix}
        onChange={(streamPrefix) => change({ streamPrefix })}
      />
    </Row>
  );
}
