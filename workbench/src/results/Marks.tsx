import type { AnnotationEvent } from '@grafana/data';
import { type UPlotConfigBuilder, useTheme2 } from '@grafana/ui';
import { useLayoutEffect, useRef } from 'react';

interface Props {
  config: UPlotConfigBuilder;
  events: AnnotationEvent[];
}

/** Draws a line into a graph where something happened. */
export function Marks({ config, events }: Props) {
  const theme = useTheme2();
  const shown = useRef(events);
  useLayoutEffect(() => {
    shown.current = events;
  });
  useLayoutEffect(() => {
    config.addHook('draw', (plot) => {
      const { ctx, bbox } = plot;
      ctx.save();
      for (const event of shown.current) {
        const x = Math.round(plot.valToPos(event.time ?? 0, 'x', true));
        if (x < bbox.left || x > bbox.left + bbox.width) {
          continue;
        }
        ctx.strokeStyle = theme.visualization.getColorByName(event.color ?? 'red');
        ctx.setLineDash([4, 4]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
      }
      ctx.restore();
    });
  }, [config, theme]);
  return null;
}
