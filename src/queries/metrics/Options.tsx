import { t } from '@grafana/i18n';
import { OpenChoiceField, Row, TextField } from '../../fields';
import type { EditorProps } from '../type';
import { modeOf, type MetricsQuery } from './types';

const periods = ['auto', '60', '300', '900', '3600', '21600', '86400'];
const units = ['Percent', 'Count', 'Bytes', 'Seconds', 'Milliseconds', 'Bytes/Second', 'Count/Second', 'None'];

export function Options({ query, change, problem }: EditorProps<MetricsQuery>) {
  return (
    <Row>
      <OpenChoiceField
        width="short"
        label={t('metrics.period.label', 'Period')}
        sample="auto"
        value={query.period}
        options={periods.map((value) => ({ value, label: value }))}
        error={problem('period')}
        onChange={(period) => change({ period })}
      />
      <TextField
        width="short"
        label={t('metrics.id.label', 'Id')}
        sample="m1"
        value={query.id}
        error={problem('id')}
        onChange={(id) => change({ id: id || undefined })}
      />
      <TextField
        label={t('metrics.label.label', 'Label')}
        sample="${PROP('Dim.InstanceId')}"
        value={query.label}
        onChange={(label) => change({ label: label || undefined })}
      />
      {modeOf(query) === 'metric' && (
        <>
          <OpenChoiceField
            width="short"
            label={t('metrics.unit.label', 'Unit')}
            placeholder={t('metrics.unit.placeholder', 'Any')}
            value={query.unit}
            options={units.map((value) => ({ value, label: value }))}
            onChange={(unit) => change({ unit })}
          />
          <TextField
            width="short"
            label={t('metrics.account-id.label', 'Linked account')}
            sample="123456789012"
            value={query.accountId}
            error={problem('accountId')}
            onChange={(accountId) => change({ accountId: accountId || undefined })}
          />
        </>
      )}
    </Row>
  );
}
