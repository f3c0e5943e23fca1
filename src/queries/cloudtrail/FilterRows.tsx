import { t } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import { ChoiceField, OpenChoiceField, Row, TextField } from '../../fields';
import { AlignedButton } from '../../fields/AlignedButton';
import type { EditorProps } from '../type';
import { operators, type CloudTrailQuery, type Filter } from './types';

export const recordFields = [
  'eventName',
  'eventSource',
  'userIdentity.userName',
  'userIdentity.arn',
  'userIdentity.type',
  'sourceIPAddress',
  'awsRegion',
  'errorCode',
  'userAgent',
  'requestParameters.instancesSet.items.instanceId',
];

export function FilterRows({ query, change, problem }: EditorProps<CloudTrailQuery>) {
  const filters = query.filters ?? [];
  const put = (index: number, fields: Partial<Filter>) =>
    change({ filters: filters.map((filter, i) => (i === index ? { ...filter, ...fields } : filter)) });
  return (
    <>
      {filters.map((filter, index) => (
        <Row key={index}>
          <OpenChoiceField
            label={t('cloudtrail.filter.field', 'Field {{- n}}', { n: index + 1 })}
            sample="eventName"
            options={recordFields.map((value) => ({ value, label: value }))}
            value={filter.field}
            error={problem(`filters[${index}].field`)}
            onChange={(field) => put(index, { field: field ?? '' })}
          />
          <ChoiceField
            width="short"
            label={t('cloudtrail.filter.op', 'Comparison {{- n}}', { n: index + 1 })}
            options={operators.map((value) => ({ value, label: value }))}
            value={filter.op ?? '='}
            error={problem(`filters[${index}].op`)}
            onChange={(op) => put(index, { op })}
          />
          <TextField
            label={t('cloudtrail.filter.value', 'Value {{- n}}', { n: index + 1 })}
            sample={filter.op === '=~' || filter.op === '!~' ? 'Stop.*|Terminate.*' : 'Stop*'}
            value={filter.value}
            error={problem(`filters[${index}].value`)}
            onChange={(value) => put(index, { value })}
          />
          <AlignedButton
            icon="trash-alt"
            label={t('cloudtrail.filter.remove', 'Remove condition {{- n}}', { n: index + 1 })}
            onClick={() => change({ filters: filters.filter((_, i) => i !== index) })}
          />
        </Row>
      ))}
      <div>
        <Button
          variant="secondary"
          size="sm"
          icon="plus"
          onClick={() => change({ filters: [...filters, { field: 'eventName', op: '=', value: '*' }] })}
        >
          {t('cloudtrail.filter.add', 'Add condition')}
        </Button>
      </div>
    </>
  );
}
