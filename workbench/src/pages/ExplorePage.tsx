import { CoreApp, LoadingState, type PanelData, type TimeRange } from '@grafana/data';
import type { DataQuery } from '@grafana/schema';
import { Button, Stack } from '@grafana/ui';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Subscription } from 'rxjs';
import { chosenSource } from '../SourceSwitch';
import { addressVariables, addressWith, asAlert, parameter, say } from '../address';
import { ask } from '../ask';
import type { World } from '../grafana/start';
import { templates } from '../grafana/templates';
import { Messages } from '../results/Messages';
import { Results } from '../results/Results';
import { useRange } from '../useRange';
import { QueryRow } from './QueryRow';
import { Toolbar } from './Toolbar';

/** Queries, their results, and what went wrong beside the query it belongs to. */
export function ExplorePage({ world }: { world: World }) {
  const source = useMemo(() => world.api(chosenSource(world).uid), [world]);
  const app = asAlert ? CoreApp.UnifiedAlerting : parameter('app') === 'panel' ? CoreApp.PanelEditor : CoreApp.Explore;
  const { range, change, refresh } = useRange(world.now);
  const [queries, setQueries] = useState<DataQuery[]>(
    () => fromAddress() ?? [{ ...source.getDefaultQuery?.(app), refId: 'A', datasource: source.getRef() }]
  );
  const [data, setData] = useState<PanelData>();
  const running = useRef<Subscription>();

  const run = useCallback(
    (asked: DataQuery[], at: TimeRange) => {
      running.current?.unsubscribe();
      templates.updateTimeRange(at);
      templates.set(Object.entries(addressVariables()).map(([name, value]) => chosen(name, value)));
      history.replaceState(null, '', addressWith(location.pathname, { queries: JSON.stringify(asked) }));
      setData((last) => ({ series: last?.series ?? [], state: LoadingState.Loading, timeRange: at }));
      running.current = ask(source, { queries: asked, range: at, app }).subscribe(setData);
    },
    [app, source]
  );
  useEffect(() => () => running.current?.unsubscribe(), []);

  // An editor changes a query and asks for a run in one go: the run takes what it left.
  const latest = useRef(queries);
  const set = (next: DataQuery[]) => {
    latest.current = next;
    setQueries(next);
  };
  const runLatest = () => run(latest.current, refresh());

  const errors = data?.errors ?? [];
  const owners = new Set(queries.map((q) => q.refId));
  return (
    <Stack direction="column" gap={2}>
      <Toolbar world={world} range={range} onRange={(next) => run(latest.current, change(next))} onRun={runLatest} />
      {queries.map((query, i) => (
        <QueryRow
          key={query.refId}
          plugin={world.plugin}
          source={source}
          app={app}
          query={query}
          queries={queries}
          range={range}
          data={data}
          onChange={(next) => set(latest.current.map((q, k) => (k === i ? next : q)))}
          onRun={runLatest}
          onRemove={queries.length > 1 ? () => set(queries.filter((_, k) => k !== i)) : undefined}
        />
      ))}
      <div>
        <Button
          variant="secondary"
          icon="plus"
          onClick={() =>
            set([
              ...queries,
              { ...source.getDefaultQuery?.(app), refId: nextName(queries), datasource: source.getRef() },
            ])
          }
        >
          {say('Add query', 'クエリを追加')}
        </Button>
      </div>
      <Messages errors={errors.filter((e) => !e.refId || !owners.has(e.refId))} />
      {data && <Results data={data} />}
    </Stack>
  );
}

function fromAddress(): DataQuery[] | undefined {
  const text = parameter('queries');
  return text ? (JSON.parse(text) as DataQuery[]) : undefined;
}

const chosen = (name: string, value: string[]) => ({
  name,
  value: value.length > 1 ? value : value[0],
  text: value.length > 1 ? value : value[0],
  multi: value.length > 1,
});

function nextName(queries: DataQuery[]): string {
  const taken = new Set(queries.map((q) => q.refId));
  return [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].find((c) => !taken.has(c)) ?? `Q${queries.length}`;
}
