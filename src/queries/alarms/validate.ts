import { t } from '@grafana/i18n';
import { limitProblems, tooLong, tooMany, unknown } from '../checks';
import type { Problem, Verdict } from '../type';
import { alarmTypes, kinds, states, type AlarmsQuery } from './types';

const mostNames = 1000;
const mostRows = 10_000;
const longestName = 255;

export function validate(query: AlarmsQuery): Problem[] {
  return [
    ...unknown('kind', query.kind ? [query.kind] : [], kinds),
    ...unknown('types', query.types, alarmTypes),
    ...unknown('states', query.states, states),
    ...tooMany('names', query.names, mostNames),
    ...tooLong('prefix', query.prefix, longestName),
    ...limitProblems(query.limit, mostRows),
  ];
}

export function alerting(query: AlarmsQuery): Verdict {
  if (query.kind === 'counts' && (!query.states?.length || query.states.includes('OK'))) {
    const why = t('alarms.alert.all', 'Numbers by state, OK among them: for a rule above 0 choose the state ALARM.');
    return { can: true, why };
  }
  if (query.kind === 'counts') {
    return { can: true, why: t('alarms.alert.counts', 'Numbers by state; a state without alarms is 0.') };
  }
  return { can: false, why: t('alarms.alert.other', 'Rows of text cannot be compared: choose the count by state.') };
}
