import type { AnnotationEvent, AnnotationQuery, DataQueryError, TimeRange } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Alert, LoadingPlaceholder, RefreshPicker, Stack } from '@grafana/ui';
import { useCallback, useEffect, useRef, useState } from 'react';
import { TimePicker } from '../TimePicker';
import { addressWith, namedRefresh, namedTime, say } from '../address';
import { asError } from '../ask';
import { Grid } from '../dashboard/Grid';
import { VariableBar } from '../dashboard/VariableBar';
import { hrefOf } from '../dashboard/links';
import type { Dashboard } from '../dashboard/model';
import { type Variable, loadVariables, wantedByAddress } from '../dashboard/variables';
import { annotationEvents } from '../grafana/annotationQuery';
import type { World } from '../grafana/start';
import { templates } from '../grafana/templates';
import { resolve, zoneOf } from '../time';
import { useRefresh } from '../useRefresh';

interface Props {
  world: World;
  uid: string;
}

// What the panels are drawn from; a new one has all of them ask again.
interface View {
  range: TimeRange;
  variables: Variable[];
  events: AnnotationEvent[];
  troubles: string[];
}

/** A committed dashboard, read only. */
export function DashboardPage({ world, uid }: Props) {
  const [dashboard, setDashboard] = useState<Dashboard>();
  const [view, setView] = useState<View>();
  const [error, setError] = useState<DataQueryError>();
  const [every, setEvery] = useState('');
  const shows = useRef(0);

  const show = useCallback(
    async (d: Dashboard, raw: TimeRange['raw'], wanted: Record<string, string[]>) => {
      const mine = ++shows.current;
      const next = await viewOf(d, world, resolve(raw, world.now()), wanted);
      if (mine === shows.current) {
        setView(next); // else something else has been chosen meanwhile
        setError(undefined);
      }
    },
    [world]
  );
  useEffect(() => {
    const load = async () => {
      const found = await getBackendSrv().get<{ dashboard: Dashboard }>(`/api/dashboards/uid/${uid}`);
      setDashboard(found.dashboard);
      setEvery(namedRefresh ?? found.dashboard.refresh ?? '');
      zoneOf(found.dashboard);
      document.title = found.dashboard.title;
      const usual = found.dashboard.time ?? { from: 'now-6h', to: 'now' };
      await show(found.dashboard, namedTime ?? usual, wantedByAddress());
    };
    load().catch((e: unknown) => setError(asError(e)));
  }, [show, uid]);

  const now = Object.fromEntries((view?.variables ?? []).map((v) => [v.name, [v.value].flat()]));
  useRefresh(every, error ?? view, () => {
    if (dashboard && view) {
      show(dashboard, view.range.raw, now).catch((e: unknown) => setError(asError(e)));
    }
  });

  if (!dashboard || !view) {
    return error !== undefined ? (
      <Alert severity="error" title={error.message ?? ''} />
    ) : (
      <LoadingPlaceholder text={say('Loading…', '読み込み中…')} />
    );
  }
  // The address says what is shown, so that it can be passed on.
  const change = (raw: TimeRange['raw'], wanted: Record<string, string[]>) => {
    const text = (t: TimeRange['raw']['from']) => (typeof t === 'string' ? t : String(t.valueOf()));
    const named = Object.fromEntries(Object.entries(wanted).map(([name, value]) => [`var-${name}`, value]));
    history.replaceState(
      null,
      '',
      addressWith(location.pathname, { from: text(raw.from), to: text(raw.to), ...named })
    );
    show(dashboard, raw, wanted).catch((e: unknown) => setError(asError(e)));
  };
  return (
    <Stack direction="column" gap={2}>
      <Stack direction="row" justifyContent="space-between" alignItems="flex-end" wrap="wrap">
        <Stack direction="column" gap={1}>
          <h1>{dashboard.title}</h1>
          <VariableBar
            variables={view.variables}
            onChange={(name, value) => change(view.range.raw, { ...now, [name]: value })}
          />
        </Stack>
        <Stack direction="row" wrap="wrap">
          {(dashboard.links ?? [])
            .filter((l) => l.type !== 'dashboards')
            .map((l) => (
              <a
                key={l.title}
                href={hrefOf(l)}
                target={l.targetBlank ? '_blank' : undefined}
                className="external-link"
                rel="noreferrer"
              >
                {l.title}
              </a>
            ))}
          <TimePicker range={view.range} onChange={(range) => change(range.raw, now)} />
          <RefreshPicker
            text={say('Refresh', '更新')}
            value={every}
            isOnCanvas
            onRefresh={() => change(view.range.raw, now)}
            onIntervalChanged={(interval) => {
              setEvery(interval);
              history.replaceState(null, '', addressWith(location.pathname, { refresh: interval }));
            }}
          />
        </Stack>
      </Stack>
      {error !== undefined && <Alert severity="error" title={error.message ?? ''} />}
      {view.troubles.map((t) => (
        <Alert key={t} severity="error" title={t} />
      ))}
      <Grid dashboard={dashboard} world={world} range={view.range} events={view.events} variables={view.variables} />
    </Stack>
  );
}

async function viewOf(d: Dashboard, world: World, range: TimeRange, wanted: Record<string, string[]>): Promise<View> {
  templates.updateTimeRange(range);
  const variables = await loadVariables(d.templating?.list ?? [], world, range, wanted);
  const events: AnnotationEvent[] = [];
  const troubles: string[] = [];
  for (const annotation of (d.annotations?.list ?? []).filter((a) => a.enable && !a.builtIn)) {
    const found = await annotationsOf(world, annotation, range).catch((e: unknown) => ({
      events: [],
      errors: [asError(e)],
    }));
    events.push(...found.events);
    troubles.push(...found.errors.map((e) => `${annotation.name}: ${e.message}`));
  }
  return { range, variables, events, troubles };
}

// A data source that is not there is the annotation's trouble, and no more.
async function annotationsOf(world: World, annotation: AnnotationQuery, range: TimeRange) {
  return annotationEvents(world.api(annotation.datasource), annotation, range);
}
