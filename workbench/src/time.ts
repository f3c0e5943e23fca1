// Time ranges by the clock of the world that is asked, and the zone in which times are shown.
import {
  type RawTimeRange,
  type TimeRange,
  type TimeZone,
  dateMath,
  dateTime,
  dateTimeForTimeZone,
  rangeUtil,
  setTimeZoneResolver,
} from '@grafana/data';
import { namedZone } from './address';

let zone: TimeZone = namedZone ?? 'browser';
setTimeZoneResolver(() => zone);

/** The zone in which times are shown: the browser's, as in Grafana, where neither address nor dashboard names one. */
export const timeZone = (): TimeZone => zone;

/** Takes the zone that a dashboard names, if it does, unless the address names one. */
export function zoneOf(dashboard: { timezone?: string }) {
  zone = namedZone ?? (dashboard.timezone || 'browser');
}

export function resolve(raw: RawTimeRange, now: number): TimeRange {
  const at = (text: RawTimeRange['from'], roundUp: boolean) => {
    const given = typeof text === 'string' && /^\d+$/.test(text) ? dateTime(Number(text)) : text;
    return dateMath.toDateTime(given, { roundUp, timezone: zone, now: dateTimeForTimeZone(zone, now) });
  };
  const from = at(raw.from, false);
  const to = at(raw.to, true);
  if (!from?.isValid() || !to?.isValid()) {
    throw new Error(`from=${String(raw.from)}&to=${String(raw.to)}: neither milliseconds nor times such as now-1h`);
  }
  const absolute = (text: RawTimeRange['from'], t: TimeRange['from']) =>
    typeof text === 'string' && text.includes('now') ? text : t;
  return { from, to, raw: { from: absolute(raw.from, from), to: absolute(raw.to, to) } };
}

/** The interval for a number of points, as a panel takes it. */
export function intervalOf(range: TimeRange, points: number) {
  const { interval, intervalMs } = rangeUtil.calculateInterval(range, points, '1s');
  return { interval, intervalMs };
}

/** How a range stands in the address. */
export function inAddress(range: TimeRange): { from: string; to: string } {
  const one = (raw: RawTimeRange['from'], t: TimeRange['from']) =>
    typeof raw === 'string' ? raw : String(t.valueOf());
  return { from: one(range.raw.from, range.from), to: one(range.raw.to, range.to) };
}
