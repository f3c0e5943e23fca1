import { t } from '@grafana/i18n';
import { ChoicesField, LimitField, ListsField, Row, TextField } from '../../fields';
import { KindField } from '../KindField';
import type { EditorProps } from '../type';
import { alarmTypes, states, type AlarmsKind, type AlarmsQuery } from './types';

export function AlarmsEditor({ query, purpose, lists, change, problem }: EditorProps<AlarmsQuery>) {
  const { account, region } = query;
  // As a new rule begins: all states would count the alarms that are OK.
  const startsToCount = (kind: AlarmsKind) => purpose === 'alert' && kind === 'counts' && !query.states?.length;
  return (
    <>
      <Row>
        <KindField
          purpose={purpose}
          options={kindOptions()}
          annotations={t('alarms.kind.annotations-description', 'State changes as marks on graphs')}
          value={query.kind ?? 'table'}
          error={problem('kind')}
          onChange={(kind) => change({ kind, ...(startsToCount(kind) && { states: ['ALARM'] }) })}
        />
        <ListsField
          label={t('alarms.names.label', 'Alarm names')}
          placeholder={t('alarms.names.placeholder', 'All')}
          value={query.names}
          list={{ lists, name: 'alarms', params: { account, region } }}
          error={problem('names')}
          onChange={(names) => change({ names })}
        />
        <TextField
          label={t('alarms.prefix.label', 'Name begins with')}
          value={query.prefix}
          error={problem('prefix')}
          onChange={(prefix) => change({ prefix })}
        />
      </Row>
      <Row>
        <ChoicesField
          label={t('alarms.states.label', 'States')}
          placeholder={t('alarms.states.placeholder', 'All')}
          description={
            query.kind === 'history' || purpose === 'annotation'
              ? t('alarms.states.description', 'The state changed to')
              : undefined
          }
          options={states.map((value) => ({ value, label: value }))}
          value={query.states}
          error={problem('states')}
          onChange={(chosen) => change({ states: chosen })}
        />
        <ChoicesField
          label={t('alarms.types.label', 'Alarm types')}
          placeholder={t('alarms.types.placeholder', 'All')}
          options={alarmTypes.map((value) => ({ value, label: value }))}
          value={query.types}
          error={problem('types')}
          onChange={(types) => change({ types })}
        />
        <TextField
          label={t('alarms.search.label', 'Search')}
          placeholder={t('alarms.search.placeholder', 'Words that all occur in the row')}
          value={query.search}
          onChange={(search) => change({ search })}
        />
        {query.kind !== 'counts' && (
          <LimitField
            value={query.limit}
            otherwise={1000}
            error={problem('limit')}
            onChange={(limit) => change({ limit })}
          />
        )}
      </Row>
    </>
  );
}

function kindOptions() {
  return [
    {
      value: 'table' as const,
      label: t('alarms.kind.table', 'Alarms now'),
      description: t('alarms.kind.table-description', 'With state, reason and since when; ALARM first'),
    },
    {
      value: 'counts' as const,
      label: t('alarms.kind.counts', 'Count by state'),
      description: t('alarms.kind.counts-description', 'Numbers; fit for alert rules'),
    },
    {
      value: 'history' as const,
      label: t('alarms.kind.history', 'State changes'),
      description: t('alarms.kind.history-description', 'In the time range, newest first; AWS keeps 30 days'),
    },
  ];
}
