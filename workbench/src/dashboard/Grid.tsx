import { css } from '@emotion/css';
import type { AnnotationEvent, GrafanaTheme2, ScopedVars, TimeRange } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { World } from '../grafana/start';
import { allValue, templates } from '../grafana/templates';
import { useWidth } from '../useWidth';
import { PanelFrame } from './PanelFrame';
import { type Dashboard, type Panel, panelsOf } from './model';
import type { Variable } from './variables';

interface Props {
  dashboard: Dashboard;
  world: World;
  range: TimeRange;
  variables: Variable[];
  events: AnnotationEvent[];
}

// Grafana's grid.
const columns = 24;
const cell = 30;
const gap = 8;

interface Placed {
  key: string;
  panel: Panel;
  scopedVars: ScopedVars;
}

/** The panels where their gridPos says. */
export function Grid({ dashboard, world, range, variables, events }: Props) {
  const styles = useStyles2(getStyles);
  const { element, width } = useWidth<HTMLDivElement>();
  const column = (width - gap * (columns - 1)) / columns;
  return (
    <div ref={element} className={styles.grid}>
      {width > 0 &&
        panelsOf(dashboard)
          .flatMap((p) => repeated(p, variables))
          .map(({ key, panel, scopedVars }) => {
            const { x, y, w, h } = panel.gridPos;
            const place = { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}`, minWidth: 0 };
            return panel.type === 'row' ? (
              <h2 key={key} style={place} className={styles.row}>
                {templates.replace(panel.title, scopedVars, 'text')}
              </h2>
            ) : (
              <div key={key} style={place}>
                <PanelFrame
                  panel={panel}
                  uid={dashboard.uid}
                  world={world}
                  range={range}
                  events={events}
                  scopedVars={scopedVars}
                  width={Math.floor(w * column + (w - 1) * gap)}
                  height={h * cell + (h - 1) * gap}
                />
              </div>
            );
          })}
    </div>
  );
}

// A panel that is repeated shares its place among the variable's values.
function repeated(panel: Panel, variables: Variable[]): Placed[] {
  const variable = variables.find((v) => v.name === panel.repeat);
  if (!variable) {
    return [{ key: String(panel.id), panel, scopedVars: {} }];
  }
  const chosen = [variable.value].flat();
  const values = chosen.includes(allValue) ? (variable.all ?? []) : chosen;
  const { x, w, ...rest } = panel.gridPos;
  const across = panel.repeatDirection !== 'v' && values.length > 0;
  const each = Math.max(1, Math.floor(w / values.length));
  return values.map((value, i) => ({
    key: `${panel.id}:${value}`,
    panel: across
      ? { ...panel, gridPos: { ...rest, x: x + i * each, w: each } }
      : { ...panel, gridPos: { ...panel.gridPos, y: rest.y + i * rest.h } },
    scopedVars: { [variable.name]: { text: variable.options.find((o) => o.value === value)?.text ?? value, value } },
  }));
}

const getStyles = (t: GrafanaTheme2) => ({
  grid: css({ display: 'grid', gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridAutoRows: cell, gap }),
  row: css({ ...t.typography.h5, margin: 0, alignSelf: 'center' }),
});
