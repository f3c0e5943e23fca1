import { type TimeRange, dateTime } from '@grafana/data';
import { TimeRangePicker } from '@grafana/ui';
import { addressWith } from './address';
import { timeZone } from './time';

interface Props {
  range: TimeRange;
  onChange: (range: TimeRange) => void;
}

/** Grafana's picker, with its buttons for earlier, later and wider. */
export function TimePicker({ range, onChange }: Props) {
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  const move = (first: number, last: number) => {
    const span = { from: dateTime(first), to: dateTime(last) };
    onChange({ ...span, raw: span });
  };
  const half = (to - from) / 2;
  return (
    <TimeRangePicker
      value={range}
      timeZone={timeZone()}
      onChange={onChange}
      onChangeTimeZone={(timezone) =>
        location.assign(addressWith(location.pathname, { timezone: timezone || undefined }))
      }
      onMoveBackward={() => move(from - half, to - half)}
      onMoveForward={() => move(from + half, to + half)}
      onZoom={() => move(from - half, to + half)}
    />
  );
}
