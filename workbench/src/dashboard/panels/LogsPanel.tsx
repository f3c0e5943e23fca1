import { Logs } from '../../results/Logs';
import type { PanelProps } from './props';

export function LogsPanel({ data }: PanelProps) {
  return <Logs frames={data.series} />;
}
