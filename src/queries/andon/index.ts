import { t } from '@grafana/i18n';
import { free } from '../checks';
import type { QueryType } from '../type';
import { BoardEditor } from './BoardEditor';
import { interpolateMatcher } from './interpolate';
import type { BoardQuery } from './types';
import { alerting, validate } from './validate';

/** The bridge's board: open alerts, signal towers, history. It needs the bridge's URL in the settings. */
export const andon: QueryType<BoardQuery> = {
  id: 'andon',
  name: () => t('andon.name', 'Andon board'),
  summary: () => t('andon.summary', 'Open alerts and signal towers, from Andon’s bridge'),
  help: () =>
    t(
      'andon.help',
      'The board is that of the bridge in the settings. Alerts are those open now; the history is of the time range.'
    ),
  hasScope: false,
  annotates: true,
  defaults: (purpose) => ({
    queryType: 'andon',
    kind: purpose === 'alert' ? 'counts' : purpose === 'annotation' ? 'annotations' : 'alerts',
  }),
  isEmpty: () => false,
  validate,
  alerting,
  cost: free,
  interpolate: (query, replace) => ({
    ...query,
    matchers: query.matchers?.map((matcher) => interpolateMatcher(matcher, replace)),
  }),
  examples: () => [
    {
      title: t('andon.example.critical', 'Critical alerts that are open'),
      query: { queryType: 'andon', kind: 'alerts', matchers: ['severity="critical"'] },
    },
    {
      title: t('andon.example.towers', 'What the signal towers show'),
      query: { queryType: 'andon', kind: 'towers' },
    },
    {
      title: t('andon.example.counts', 'Open alerts by severity'),
      query: { queryType: 'andon', kind: 'counts' },
    },
  ],
  Editor: BoardEditor,
};
