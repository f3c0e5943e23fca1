import { t } from '@grafana/i18n';
import { LimitField, OpenChoiceField, Row, SwitchField, TextField } from '../../fields';
import { KindField } from '../KindField';
import type { EditorProps } from '../type';
import { FilterRows, recordFields } from './FilterRows';
import { attributes, type CloudTrailQuery } from './types';

export function CloudTrailEditor(props: EditorProps<CloudTrailQuery>) {
  const { query, purpose, change, problem } = props;
  return (
    <>
      <Row>
        <KindField
          purpose={purpose}
          options={kindOptions()}
          annotations={t('cloudtrail.kind.annotations-description', 'Events as marks on graphs')}
          value={query.kind ?? 'events'}
          error={problem('kind')}
          onChange={(kind) => change({ kind, groupBy: kind === 'counts' ? query.groupBy : undefined })}
        />
        <OpenChoiceField
          label={t('cloudtrail.attribute.label', 'CloudTrail selects by')}
          description={t('cloudtrail.attribute.description', 'The one condition that makes it fast')}
          placeholder={t('cloudtrail.attribute.placeholder', 'Nothing: all events')}
          options={attributes.map((value) => ({ value, label: value }))}
          value={query.attribute}
          error={problem('attribute')}
          onChange={(attribute) => change({ attribute, value: attribute ? query.value : undefined })}
        />
        {(query.attribute || query.value) && (
          <TextField
            required
            label={t('cloudtrail.value.label', 'Value')}
            description={t('cloudtrail.value.description', 'Exactly, without *')}
            sample={query.attribute === 'EventName' ? 'StopInstances' : undefined}
            value={query.value}
            error={problem('value')}
            onChange={(value) => change({ value })}
          />
        )}
      </Row>
      <FilterRows {...props} />
      <Row>
        <TextField
          label={t('cloudtrail.search.label', 'Search')}
          placeholder={t('cloudtrail.search.placeholder', 'Text anywhere in the record')}
          value={query.search}
          onChange={(search) => change({ search })}
        />
        <SwitchField
          label={t('cloudtrail.changes.label', 'Changes only')}
          value={query.changes ?? false}
          onChange={(changes) => change({ changes })}
        />
        <SwitchField
          label={t('cloudtrail.errors.label', 'Errors only')}
          value={query.errors ?? false}
          onChange={(errors) => change({ errors })}
        />
        {query.kind === 'counts' && (
          <OpenChoiceField
            label={t('cloudtrail.group.label', 'Group by')}
            placeholder={t('cloudtrail.group.placeholder', 'All together')}
            options={['user', 'outcome', ...recordFields].map((value) => ({ value, label: value }))}
            value={query.groupBy}
            error={problem('groupBy')}
            onChange={(groupBy) => change({ groupBy })}
          />
        )}
        <LimitField
          value={query.limit}
          otherwise={1000}
          description={t('cloudtrail.limit.description', 'Events, before the conditions')}
          error={problem('limit')}
          onChange={(limit) => change({ limit })}
        />
      </Row>
    </>
  );
}

function kindOptions() {
  return [
    {
      value: 'events' as const,
      label: t('cloudtrail.kind.events', 'Events'),
      description: t('cloudtrail.kind.events-description', 'Who did what, newest first'),
    },
    {
      value: 'counts' as const,
      label: t('cloudtrail.kind.counts', 'Count over time'),
      description: t('cloudtrail.kind.counts-description', 'Time series; fit for alert rules'),
    },
  ];
}
