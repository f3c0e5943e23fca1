import type { AnnotationEvent, DataFrame, TimeRange } from '@grafana/data';
import { LegendDisplayMode, TooltipDisplayMode, type VizLegendOptions } from '@grafana/schema';
import { TimeSeries, TooltipPlugin } from '@grafana/ui';
import { say } from '../address';
import { timeZone } from '../time';
import { Marks } from './Marks';
import { rowsOf } from './shape';

interface Props {
  frames: DataFrame[]; // prepared
  range: TimeRange;
  width: number;
  height: number;
  legend?: Partial<VizLegendOptions>;
  events?: AnnotationEvent[];
}

const usual: VizLegendOptions = {
  showLegend: true,
  displayMode: LegendDisplayMode.List,
  placement: 'bottom',
  calcs: [],
};

export function Graph({ frames, range, width, height, legend, events = [] }: Props) {
  if (rowsOf(frames) === 0) {
    return <p>{say('No data', 'データなし')}</p>;
  }
  return (
    <TimeSeries
      frames={frames}
      timeRange={range}
      timeZone={timeZone()}
      width={width}
      height={height}
      legend={{ ...usual, ...legend }}
    >
      {(config, aligned) => (
        <>
          <TooltipPlugin data={aligned} config={config} mode={TooltipDisplayMode.Multi} timeZone={timeZone()} />
          <Marks config={config} events={events} />
        </>
      )}
    </TimeSeries>
  );
}
