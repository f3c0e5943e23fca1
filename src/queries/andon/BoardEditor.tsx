import { t } from '@grafana/i18n';
import { ChoiceField, ChoicesField, LimitField, Row } from '../../fields';
import { KindField } from '../KindField';
import { readersLanguage } from '../language';
import type { EditorProps } from '../type';
import type { BoardQuery } from './types';

export function BoardEditor({ query, purpose, change, problem }: EditorProps<BoardQuery>) {
  return (
    <Row>
      <KindField
        purpose={purpose}
        options={kindOptions()}
        annotations={t('andon.kind.annotations-description', 'The history as marks on graphs')}
        value={query.kind ?? 'alerts'}
        error={problem('kind')}
        onChange={(kind) => change({ kind })}
      />
      {query.kind !== 'towers' && (
        <ChoicesField
          whole
          label={t('andon.matchers.label', 'Matchers')}
          description={t('andon.matchers.description', 'As in Alertmanager; all have to hold')}
          placeholder={t('andon.matchers.placeholder', 'All: type one and Enter')}
          options={['severity="critical"', 'severity=~"critical|disaster"', 'receiver="aws"'].map((value) => ({
            value,
            label: value,
          }))}
          value={query.matchers}
          error={problem('matchers')}
          onChange={(matchers) => change({ matchers })}
        />
      )}
      {(query.kind === 'history' || query.kind === 'annotations') && (
        <ChoiceField
          label={t('andon.language.label', 'Language of notes')}
          options={[
            { value: 'en' as const, label: 'English' },
            { value: 'ja' as const, label: '日本語' },
          ]}
          value={query.language ?? readersLanguage()}
          error={problem('language')}
          onChange={(language) => change({ language })}
        />
      )}
      {(query.kind ?? 'alerts') !== 'counts' && (
        <LimitField
          value={query.limit}
          otherwise={1000}
          error={problem('limit')}
          onChange={(limit) => change({ limit })}
        />
      )}
    </Row>
  );
}

function kindOptions() {
  return [
    {
      value: 'alerts' as const,
      label: t('andon.kind.alerts', 'Open alerts'),
      description: t('andon.kind.alerts-description', 'The board as it is'),
    },
    {
      value: 'towers' as const,
      label: t('andon.kind.towers', 'Signal towers'),
      description: t('andon.kind.towers-description', 'What each shows'),
    },
    {
      value: 'history' as const,
      label: t('andon.kind.history', 'History'),
      description: t('andon.kind.history-description', 'What happened in the time range'),
    },
    {
      value: 'counts' as const,
      label: t('andon.kind.counts', 'Count by severity'),
      description: t('andon.kind.counts-description', 'Numbers; fit for alert rules'),
    },
  ];
}
