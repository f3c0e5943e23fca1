import { css } from '@emotion/css';
import type { CoreApp, DataSourceApi, GrafanaTheme2, PanelData, TimeRange } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { IconButton, Stack, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { say } from '../address';
import type { Plugin } from '../grafana/start';
import { Messages } from '../results/Messages';

interface Props {
  plugin: Plugin;
  source: DataSourceApi;
  app: CoreApp;
  query: DataQuery;
  queries: DataQuery[];
  range: TimeRange;
  data?: PanelData;
  onChange: (query: DataQuery) => void;
  onRun: () => void;
  onRemove?: () => void;
}

/** The plugin's editor for one query, and what became of that query. */
export function QueryRow({ plugin, source, app, query, queries, range, data, onChange, onRun, onRemove }: Props) {
  const styles = useStyles2(getStyles);
  const own = useMemo(() => data && ofQuery(data, query.refId), [data, query.refId]);
  const Editor = plugin.components.QueryEditor;
  return (
    <section aria-label={`${say('Query', 'クエリ')} ${query.refId}`} className={styles.row}>
      <Stack direction="row" justifyContent="space-between" alignItems="center">
        <strong className={styles.name}>{query.refId}</strong>
        {onRemove && <IconButton name="trash-alt" tooltip={say('Remove query', 'クエリを削除')} onClick={onRemove} />}
      </Stack>
      {Editor && (
        <Editor
          datasource={source}
          query={query}
          queries={queries}
          range={range}
          app={app}
          data={own}
          onChange={onChange}
          onRunQuery={onRun}
        />
      )}
      <Messages errors={own?.errors ?? []} frames={own?.series} />
    </section>
  );
}

// An editor sees its own query's answer only.
function ofQuery(data: PanelData, refId: string): PanelData {
  const errors = data.errors?.filter((e) => e.refId === refId);
  return { ...data, series: data.series.filter((f) => f.refId === refId), errors, error: errors?.[0] };
}

const getStyles = (t: GrafanaTheme2) => ({
  row: css({
    padding: t.spacing(1, 2),
    background: t.colors.background.primary,
    border: `1px solid ${t.colors.border.weak}`,
  }),
  name: css({ color: t.colors.text.link, marginBottom: t.spacing(1) }),
});
