import { t } from '@grafana/i18n';
import type { QueryType } from '../type';
import { CloudTrailEditor } from './CloudTrailEditor';
import { interpolate } from './interpolate';
import type { CloudTrailQuery } from './types';
import { alerting, validate } from './validate';

/** CloudTrail's event history: who did what, from where, and whether it was allowed. */
export const cloudtrail: QueryType<CloudTrailQuery> = {
  id: 'cloudtrail',
  name: () => t('cloudtrail.name', 'CloudTrail'),
  summary: () => t('cloudtrail.summary', 'Who did what: management events of the last 90 days'),
  help: () =>
    t(
      'cloudtrail.help',
      'CloudTrail selects by time and one attribute; every further condition is applied to what it gives. It lists an event up to 15 minutes late, so look again.'
    ),
  hasScope: true,
  annotates: true,
  defaults: (purpose) => ({
    queryType: 'cloudtrail',
    kind: purpose === 'alert' ? 'counts' : purpose === 'annotation' ? 'annotations' : 'events',
    changes: true,
  }),
  isEmpty: () => false,
  validate,
  alerting,
  cost: (query) =>
    query.attribute
      ? t('cloudtrail.cost.attribute', 'Free; 2 calls of 50 events a second')
      : t('cloudtrail.cost.all', 'Free, but slow: 2 calls of 50 events a second. A selection makes it fast'),
  interpolate,
  examples: () => [
    {
      title: t('cloudtrail.example.stop', 'Who stopped an instance'),
      query: { queryType: 'cloudtrail', kind: 'events', attribute: 'EventName', value: 'StopInstances' },
    },
    {
      title: t('cloudtrail.example.ec2', 'Changes of EC2'),
      query: {
        queryType: 'cloudtrail',
        kind: 'events',
        changes: true,
        filters: [{ field: 'eventSource', op: '=', value: 'ec2.*' }],
      },
    },
    {
      title: t('cloudtrail.example.denied', 'What was refused or failed, by user'),
      query: { queryType: 'cloudtrail', kind: 'counts', errors: true, groupBy: 'user' },
    },
    {
      title: t('cloudtrail.example.sign-in', 'Sign-ins to the console'),
      query: { queryType: 'cloudtrail', kind: 'events', attribute: 'EventName', value: 'ConsoleLogin' },
    },
  ],
  Editor: CloudTrailEditor,
};
