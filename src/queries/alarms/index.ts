import { t } from '@grafana/i18n';
import type { QueryType } from '../type';
import { AlarmsEditor } from './AlarmsEditor';
import type { AlarmsQuery } from './types';
import { alerting, validate } from './validate';

/** How CloudWatch's alarms stand, how many are in which state, and when they changed. */
export const alarms: QueryType<AlarmsQuery> = {
  id: 'alarms',
  name: () => t('alarms.name', 'Alarms'),
  summary: () => t('alarms.summary', 'CloudWatch alarms: state, counts and changes'),
  help: () =>
    t(
      'alarms.help',
      'Rows are narrowed by all conditions together. Alarms are believed for 10 seconds; alert rules always ask anew. The history has deleted alarms, too.'
    ),
  hasScope: true,
  annotates: true,
  defaults: (purpose) => ({
    queryType: 'alarms',
    kind: purpose === 'alert' ? 'counts' : purpose === 'annotation' ? 'annotations' : 'table',
    // "Above 0" would fire for alarms that are OK.
    ...(purpose === 'alert' && { states: ['ALARM'] }),
  }),
  isEmpty: () => false,
  validate,
  alerting,
  cost: () => t('alarms.cost', '$0.01 for 1,000 calls; a refresh is one call for 100 alarms'),
  interpolate: (query, replace) => ({
    ...query,
    names: replace.list(query.names),
    prefix: replace.text(query.prefix),
    types: replace.list(query.types),
    states: replace.list(query.states),
    search: replace.text(query.search),
  }),
  examples: () => [
    {
      title: t('alarms.example.firing', 'What is in ALARM now'),
      query: { queryType: 'alarms', kind: 'table', states: ['ALARM'] },
    },
    {
      title: t('alarms.example.counts', 'How many alarms are in each state'),
      query: { queryType: 'alarms', kind: 'counts' },
    },
    {
      title: t('alarms.example.history', 'What turned to ALARM in this time range'),
      query: { queryType: 'alarms', kind: 'history', states: ['ALARM'] },
    },
  ],
  Editor: AlarmsEditor,
};
