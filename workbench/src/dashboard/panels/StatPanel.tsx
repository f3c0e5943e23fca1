import {
  type FieldDisplay,
  type ReduceDataOptions,
  VizOrientation,
  getDisplayValueAlignmentFactors,
  getFieldDisplayValues,
} from '@grafana/data';
import {
  BigValue,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  VizRepeater,
  useTheme2,
} from '@grafana/ui';
import { useMemo } from 'react';
import { say } from '../../address';
import { templates } from '../../grafana/templates';
import { prepare } from '../../results/prepare';
import { timeZone } from '../../time';
import type { PanelProps } from './props';

interface Options {
  reduceOptions?: ReduceDataOptions;
  orientation?: VizOrientation;
  colorMode?: BigValueColorMode;
  graphMode?: BigValueGraphMode;
  justifyMode?: BigValueJustifyMode;
  textMode?: BigValueTextMode;
}

export function StatPanel({ panel, data, fieldConfig, width, height }: PanelProps) {
  const theme = useTheme2();
  const options = (panel.options ?? {}) as Options;
  const graphMode = options.graphMode ?? BigValueGraphMode.Area;
  const values = useMemo(
    () =>
      getFieldDisplayValues({
        data: prepare(data.series, fieldConfig, 'stat'),
        fieldConfig,
        reduceOptions: options.reduceOptions ?? { calcs: ['lastNotNull'] },
        replaceVariables: (text, scoped, format) => templates.replace(text, scoped, format),
        sparkline: graphMode !== BigValueGraphMode.None,
        theme,
        timeZone: timeZone(),
      }),
    [data.series, fieldConfig, graphMode, options.reduceOptions, theme]
  );
  if (data.series.length === 0) {
    return <p>{say('No data', 'データなし')}</p>;
  }
  return (
    <VizRepeater<FieldDisplay, ReturnType<typeof getDisplayValueAlignmentFactors>>
      width={width}
      height={height}
      source={data}
      renderCounter={0}
      autoGrid
      orientation={options.orientation ?? VizOrientation.Auto}
      getValues={() => values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, width: w, height: h, alignmentFactors, count }) => {
        const link = value.getLinks?.()[0];
        const shown = (
          <BigValue
            value={value.display}
            sparkline={value.sparkline}
            width={w}
            height={h}
            count={count}
            theme={theme}
            alignmentFactors={alignmentFactors}
            colorMode={options.colorMode ?? BigValueColorMode.Value}
            graphMode={graphMode}
            justifyMode={options.justifyMode ?? BigValueJustifyMode.Auto}
            textMode={options.textMode ?? BigValueTextMode.Auto}
            hasLinks={link !== undefined}
          />
        );
        return link ? (
          <a href={link.href} target={link.target} title={link.title}>
            {shown}
          </a>
        ) : (
          shown
        );
      }}
    />
  );
}
