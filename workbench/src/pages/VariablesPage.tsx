import { CustomVariableSupport, LoadingState, type MetricFindValue } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { Alert, Stack } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';
import { chosenSource } from '../SourceSwitch';
import { say } from '../address';
import { asError } from '../ask';
import type { World } from '../grafana/start';
import { variableValues } from '../grafana/variableQuery';
import { useRange } from '../useRange';
import { Toolbar } from './Toolbar';

/** The plugin's editor for a dashboard variable's query, and the values it gives. */
export function VariablesPage({ world }: { world: World }) {
  const source = useMemo(() => world.api(chosenSource(world).uid), [world]);
  const { range, change, refresh } = useRange(world.now);
  const [query, setQuery] = useState<DataQuery>({ ...source.variables?.getDefaultQuery?.(), refId: 'variable' });
  const [state, setState] = useState(LoadingState.NotStarted);
  const [values, setValues] = useState<MetricFindValue[]>([]);
  const [error, setError] = useState<string>();
  const latest = useRef(query);
  const Editor = source.variables instanceof CustomVariableSupport ? source.variables.editor : undefined;

  const run = async (at = refresh()) => {
    const asked = latest.current;
    setState(LoadingState.Loading);
    setError(undefined);
    try {
      const found = await variableValues(source, asked, at);
      if (asked === latest.current) {
        setValues(found);
      }
    } catch (e) {
      setValues([]);
      setError(asError(e).message);
    } finally {
      setState(LoadingState.Done);
    }
  };

  return (
    <Stack direction="column" gap={2}>
      <Toolbar world={world} range={range} onRange={(next) => run(change(next))} onRun={() => run()} />
      {Editor ? (
        <Editor
          datasource={source}
          query={query}
          range={range}
          onChange={(next) => {
            latest.current = next;
            setQuery(next);
          }}
          onRunQuery={() => run()}
        />
      ) : (
        <Alert
          severity="info"
          title={say('The data source has no editor for variables.', '変数のエディターがありません。')}
        />
      )}
      {error && (
        <Alert severity="error" title={say('The query failed', 'クエリに失敗しました')}>
          {error}
        </Alert>
      )}
      <section aria-label={say('Result', '結果')} aria-busy={state === LoadingState.Loading}>
        {state !== LoadingState.NotStarted && (
          <p role="status">
            {state === LoadingState.Loading
              ? say('Asking…', '問い合わせ中…')
              : say(`${values.length} values`, `${values.length} 件の値`)}
          </p>
        )}
        <ul aria-label={say('Values', '値')} style={{ paddingLeft: 20 }}>
          {values.map((v, i) => (
            <li key={i}>
              {v.text}
              {v.value !== undefined && v.value !== v.text && ` (${v.value})`}
            </li>
          ))}
        </ul>
      </section>
    </Stack>
  );
}
