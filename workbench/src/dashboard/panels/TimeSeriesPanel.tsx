import { LegendDisplayMode, type VizLegendOptions } from '@grafana/schema';
import { useMemo } from 'react';
import { Graph } from '../../results/Graph';
import { prepare } from '../../results/prepare';
import type { PanelProps } from './props';

export function TimeSeriesPanel({ panel, data, fieldConfig, events, width, height }: PanelProps) {
  const frames = useMemo(() => prepare(data.series, fieldConfig, 'graph'), [data.series, fieldConfig]);
  const legend = (panel.options?.legend ?? {}) as Partial<VizLegendOptions>;
  return (
    <Graph
      frames={frames}
      range={data.timeRange}
      width={width}
      height={height}
      legend={{ ...legend, displayMode: legend.displayMode ?? LegendDisplayMode.List }}
      events={events}
    />
  );
}
