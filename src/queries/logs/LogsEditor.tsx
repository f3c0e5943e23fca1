import { t } from '@grafana/i18n';
import { ListsField, LimitField, ModeField, Row } from '../../fields';
import type { EditorProps } from '../type';
import { FilterForm } from './FilterForm';
import { InsightsForm } from './InsightsForm';
import { firstLines, modeOf, type LogsMode, type LogsQuery } from './types';

export function LogsEditor(props: EditorProps<LogsQuery>) {
  const { query, lists, change, problem, suggested } = props;
  const { account, region } = query;
  const mode = modeOf(query);
  return (
    <>
      <Row>
        <ModeField<LogsMode>
          label={t('logs.mode.label', 'Search by')}
          value={mode}
          options={[
            { value: 'insights', label: t('logs.mode.insights', 'Logs Insights') },
            { value: 'filter', label: t('logs.mode.filter', 'Plain filter') },
          ]}
          error={problem('mode')}
          // The limit of a first look is not one that somebody chose: Insights counts over all lines.
          onChange={(chosen) => change({ mode: chosen, ...(query.limit === firstLines && { limit: undefined }) })}
        />
        <ListsField
          required
          label={t('logs.groups.label', 'Log groups')}
          placeholder={t('logs.groups.placeholder', 'Choose, or type a name and Enter')}
          value={query.logGroups}
          list={{ lists, name: 'log-groups', params: { account, region } }}
          error={problem('logGroups')}
          onChange={(chosen) => change({ logGroups: withoutSuggested(chosen, suggested.logGroups) })}
        />
        <LimitField
          value={query.limit}
          otherwise={1000}
          error={problem('limit')}
          onChange={(limit) => change({ limit })}
        />
      </Row>
      {mode === 'filter' ? <FilterForm {...props} /> : <InsightsForm {...props} />}
    </>
  );
}

/** The log groups that somebody chose: one that was filled in gives way to the first of them. */
function withoutSuggested(chosen: string[], suggested: string[] = []): string[] {
  const own = chosen.filter((group) => !suggested.includes(group));
  return own.length > 0 ? own : chosen;
}
