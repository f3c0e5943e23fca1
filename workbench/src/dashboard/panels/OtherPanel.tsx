import { Badge } from '@grafana/ui';
import { say } from '../../address';
import { TablePanel } from './TablePanel';
import type { PanelProps } from './props';

/** A panel of a type that the workbench does not draw: its frames as a table, labelled so. */
export function OtherPanel(props: PanelProps) {
  const { type } = props.panel;
  return (
    <>
      <Badge color="blue" text={say(`${type}: its data as a table`, `${type}：データを表として表示`)} />
      <TablePanel {...props} height={props.height - 30} />
    </>
  );
}
