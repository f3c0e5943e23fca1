import { useMemo } from 'react';
import { FrameTable } from '../../results/FrameTable';
import { prepare } from '../../results/prepare';
import type { PanelProps } from './props';

export function TablePanel({ data, fieldConfig, width, height }: PanelProps) {
  const frames = useMemo(() => prepare(data.series, fieldConfig), [data.series, fieldConfig]);
  return <FrameTable frames={frames} range={data.timeRange} width={width} height={height} />;
}
