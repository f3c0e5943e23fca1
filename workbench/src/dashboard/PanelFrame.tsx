import {
  type AnnotationEvent,
  CoreApp,
  LoadingState,
  type PanelData,
  type ScopedVars,
  type TimeRange,
  transformDataFrame,
} from '@grafana/data';
import { Alert, PanelChrome } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { map, of, switchMap } from 'rxjs';
import { askEach, isAsking } from '../ask';
import type { World } from '../grafana/start';
import { templates } from '../grafana/templates';
import { plain } from '../results/prepare';
import { hrefOf } from './links';
import type { Panel } from './model';
import { LogsPanel } from './panels/LogsPanel';
import { OtherPanel } from './panels/OtherPanel';
import { StatPanel } from './panels/StatPanel';
import { TablePanel } from './panels/TablePanel';
import { TextPanel } from './panels/TextPanel';
import { TimeSeriesPanel } from './panels/TimeSeriesPanel';
import type { PanelProps } from './panels/props';

interface Props {
  panel: Panel;
  uid: string;
  world: World;
  range: TimeRange;
  events: AnnotationEvent[];
  scopedVars: ScopedVars;
  width: number;
  height: number;
}

const drawn: Record<string, (props: PanelProps) => React.ReactNode> = {
  timeseries: TimeSeriesPanel,
  table: TablePanel,
  stat: StatPanel,
  text: TextPanel,
  logs: LogsPanel,
};

/** A panel with its frame: asks its queries, and says what is wrong with them. */
export function PanelFrame({ panel, uid, world, range, events, scopedVars, width, height }: Props) {
  const data = useAnswer({ panel, uid, world, range, scopedVars });
  const Drawn = drawn[panel.type] ?? OtherPanel;
  const title = templates.replace(panel.title, scopedVars, 'text');
  const errors = data.errors ?? [];
  const notices = data.series.flatMap((f) => f.meta?.notices ?? []);
  const messages = [...new Set([...errors.map((e) => e.message ?? ''), ...notices.map((n) => n.text)])];
  const strip = 52 * messages.length;
  return (
    <PanelChrome
      title={title}
      description={panel.description ? templates.replace(panel.description, scopedVars, 'text') : undefined}
      width={width}
      height={height}
      loadingState={data.state}
      titleItems={panel.links?.map((l) => (
        <a
          key={l.title}
          href={hrefOf(l)}
          target={l.targetBlank ? '_blank' : undefined}
          className="external-link"
          rel="noreferrer"
        >
          {templates.replace(l.title, scopedVars)}
        </a>
      ))}
    >
      {(w, h) => (
        <div aria-busy={isAsking(data)} style={{ height: h, overflow: 'hidden auto' }}>
          {errors.map((e, i) => (
            <Alert key={`error${i}`} severity="error" title={e.message ?? ''} bottomSpacing={1} />
          ))}
          {notices.map((n, i) => (
            <Alert key={`notice${i}`} severity={n.severity} title={n.text} bottomSpacing={1} />
          ))}
          {(data.series.length > 0 || errors.length === 0) && (
            <Drawn
              panel={panel}
              data={data}
              fieldConfig={panel.fieldConfig ?? plain}
              scopedVars={scopedVars}
              events={events}
              width={w}
              height={Math.max(80, h - strip)}
            />
          )}
        </div>
      )}
    </PanelChrome>
  );
}

type Asked = Pick<Props, 'panel' | 'uid' | 'world' | 'range' | 'scopedVars'>;

// Asks anew whenever the dashboard has a new range: a refresh makes one, too.
function useAnswer({ panel, uid, world, range, scopedVars }: Asked): PanelData {
  const scope = JSON.stringify(scopedVars);
  const asked = useMemo(() => ({ panel, uid, world, range, scope }), [panel, uid, world, range, scope]);
  const [answer, setAnswer] = useState<{ asked: object; data: PanelData }>();
  useEffect(() => {
    const subscription = answerOf(asked).subscribe((data) => setAnswer({ asked, data }));
    return () => subscription.unsubscribe();
  }, [asked]);
  return answer?.asked === asked
    ? answer.data
    : { series: answer?.data.series ?? [], state: LoadingState.Loading, timeRange: range };
}

function answerOf({ panel, uid, world, range, scope }: Omit<Asked, 'scopedVars'> & { scope: string }) {
  if (!panel.targets?.length) {
    return of<PanelData>({ series: [], state: LoadingState.Done, timeRange: range });
  }
  const scopedVars = JSON.parse(scope) as ScopedVars;
  const interpolate = (text: string) => templates.replace(text, scopedVars);
  return askEach(world, panel.datasource, {
    queries: panel.targets,
    range,
    app: CoreApp.Dashboard,
    maxDataPoints: panel.maxDataPoints ?? 1000,
    dashboardUID: uid,
    panelId: panel.id,
    scopedVars,
  }).pipe(
    switchMap((answer) =>
      panel.transformations?.length
        ? transformDataFrame(panel.transformations, answer.series, { interpolate }).pipe(
            map((series) => ({ ...answer, series }))
          )
        : of(answer)
    )
  );
}
