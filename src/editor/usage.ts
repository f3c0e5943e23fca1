import type { PanelData } from '@grafana/data';
import type { Usage } from '../queries/type';

/** What the last answer to a query took; undefined where there is none. */
export function usageOf(data: PanelData | undefined, refId: string): Usage | undefined {
  const frames = data?.series.filter((frame) => frame.refId === refId) ?? [];
  for (const frame of frames) {
    const custom = frame.meta?.custom as { usage?: Usage } | undefined;
    if (custom?.usage) {
      return custom.usage;
    }
  }
  return undefined;
}

export function callsOf(usage: Usage): number {
  return Object.values(usage.calls ?? {}).reduce((sum, count) => sum + count, 0);
}
