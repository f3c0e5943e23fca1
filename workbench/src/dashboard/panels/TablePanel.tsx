import type { DataFrame, Field } from '@grafana/data';
import { PanelContextProvider, usePanelContext } from '@grafana/ui';
import { useCallback, useMemo } from 'react';
import { role } from '../../address';
import { FrameTable } from '../../results/FrameTable';
import { prepare } from '../../results/prepare';
import { actionsOf } from '../actions';
import type { PanelProps } from './props';

// Grafana gives the buttons of cells to those who may edit the dashboard.
const canExecuteActions = () => role !== 'Viewer';

export function TablePanel({ data, fieldConfig, scopedVars, width, height }: PanelProps) {
  const frames = useMemo(() => prepare(data.series, fieldConfig), [data.series, fieldConfig]);
  const outer = usePanelContext();
  const context = useMemo(() => ({ ...outer, canExecuteActions }), [outer]);
  const getActions = useCallback(
    (frame: DataFrame, field: Field, rowIndex: number) => actionsOf(frame, field, rowIndex, scopedVars),
    [scopedVars]
  );
  return (
    <PanelContextProvider value={context}>
      <FrameTable frames={frames} range={data.timeRange} width={width} height={height} getActions={getActions} />
    </PanelContextProvider>
  );
}
