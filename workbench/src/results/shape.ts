import { type DataFrame, DataFrameType, FieldType } from '@grafana/data';

export type Shape = 'graph' | 'logs' | 'table';

const has = (frame: DataFrame, type: FieldType) => frame.fields.some((f) => f.type === type);

/** What a frame is best shown as: what it says itself, else what its fields are. */
export function shapeOf(frame: DataFrame): Shape {
  const { type, preferredVisualisationType } = frame.meta ?? {};
  if (type === DataFrameType.LogLines || preferredVisualisationType === 'logs') {
    return 'logs';
  }
  if (
    type === DataFrameType.TimeSeriesMulti ||
    type === DataFrameType.TimeSeriesWide ||
    preferredVisualisationType === 'graph'
  ) {
    return has(frame, FieldType.time) && has(frame, FieldType.number) ? 'graph' : 'table';
  }
  return 'table';
}

export const rowsOf = (frames: DataFrame[]) => frames.reduce((sum, f) => sum + f.length, 0);
