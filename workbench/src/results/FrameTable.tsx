import { type ActionModel, type DataFrame, type Field, type TimeRange, getFrameDisplayName } from '@grafana/data';
import { Combobox } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { useState } from 'react';
import { say } from '../address';

interface Props {
  frames: DataFrame[]; // prepared
  width: number;
  height: number;
  range?: TimeRange;
  /** The buttons of a cell; none where it is left out. */
  getActions?: (frame: DataFrame, field: Field, rowIndex: number) => ActionModel[];
}

/** One frame as a table; with several, one is chosen, as in Grafana. */
export function FrameTable({ frames, width, height, range, getActions }: Props) {
  const [chosen, setChosen] = useState(0);
  const frame = frames[chosen] ?? frames[0];
  if (!frame || frame.fields.length === 0) {
    return <p>{say('No data', 'データなし')}</p>;
  }
  const chooser = frames.length > 1 ? 40 : 0;
  return (
    <>
      <TableNG
        data={frame}
        width={width}
        height={height - chooser}
        timeRange={range}
        getActions={getActions}
        ariaLabel={getFrameDisplayName(frame)}
      />
      {chooser > 0 && (
        <Combobox
          aria-label={say('Frame', 'フレーム')}
          value={chosen}
          options={frames.map((f, value) => ({ label: getFrameDisplayName(f, value), value }))}
          onChange={({ value }) => setChosen(value)}
        />
      )}
    </>
  );
}
