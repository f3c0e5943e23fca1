import { type DataFrame, LoadingState, type PanelData } from '@grafana/data';
import { PanelChrome, RadioButtonGroup, Stack } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { say } from '../address';
import { isAsking } from '../ask';
import { useWidth } from '../useWidth';
import { FrameTable } from './FrameTable';
import { Graph } from './Graph';
import { Logs } from './Logs';
import { plain, prepare } from './prepare';
import { type Shape, rowsOf, shapeOf } from './shape';

const names: Record<Shape, string> = {
  graph: say('Graph', 'グラフ'),
  table: say('Table', 'テーブル'),
  logs: say('Logs', 'ログ'),
};

/** What a query answered: a graph, log lines and tables, as the frames ask for, or all as tables. */
export function Results({ data }: { data: PanelData }) {
  const [all, setAll] = useState<'' | 'table'>('');
  const { element, width } = useWidth<HTMLDivElement>();
  const frames = data.series;
  const groups = useMemo(() => grouped(frames, all === 'table'), [frames, all]);
  return (
    <section aria-label={say('Result', '結果')} aria-busy={isAsking(data)}>
      <Stack direction="row" alignItems="center" justifyContent="space-between">
        <p role="status">
          {data.state === LoadingState.Loading
            ? say('Asking…', '問い合わせ中…')
            : say(
                `Rows: ${rowsOf(frames)}, frames: ${frames.length}`,
                `行数：${rowsOf(frames)}、フレーム数：${frames.length}`
              )}
        </p>
        <RadioButtonGroup
          size="sm"
          aria-label={say('Show as', '表示')}
          options={[
            { label: say('As it asks', '自動'), value: '' as const },
            { label: names.table, value: 'table' as const },
          ]}
          value={all}
          onChange={setAll}
        />
      </Stack>
      <div ref={element}>
        {width > 0 &&
          groups.map(([shape, list]) => (
            <PanelChrome key={shape} title={names[shape]} width={width} height={heightOf(shape, list)}>
              {(w, h) =>
                shape === 'graph' ? (
                  <Graph frames={prepare(list, plain, 'graph')} range={data.timeRange} width={w} height={h} />
                ) : shape === 'logs' ? (
                  <div style={{ height: h, overflow: 'auto' }}>
                    <Logs frames={list} />
                  </div>
                ) : (
                  <FrameTable frames={prepare(list, plain)} range={data.timeRange} width={w} height={h} />
                )
              }
            </PanelChrome>
          ))}
      </div>
    </section>
  );
}

function grouped(frames: DataFrame[], asTables: boolean): Array<[Shape, DataFrame[]]> {
  const by = new Map<Shape, DataFrame[]>();
  for (const frame of frames) {
    const shape = asTables ? 'table' : shapeOf(frame);
    by.set(shape, [...(by.get(shape) ?? []), frame]);
  }
  return [...by];
}

function heightOf(shape: Shape, frames: DataFrame[]): number {
  if (shape === 'graph') {
    return 320;
  }
  const rows = Math.max(...frames.map((f) => f.length));
  const line = shape === 'logs' ? 20 : 36;
  return Math.min(600, 140 + line * rows);
}
