import type { TimeRange } from '@grafana/data';
import { useState } from 'react';
import { addressWith, time } from './address';
import { inAddress, resolve } from './time';

/** The time range, which stays in the address. Relative ones are resolved anew by refresh. */
export function useRange(now: () => number) {
  const [range, setRange] = useState<TimeRange>(() => resolve(time, now()));
  const change = (next: TimeRange) => {
    const fresh = resolve(next.raw, now());
    setRange(fresh);
    history.replaceState(null, '', addressWith(location.pathname, inAddress(fresh)));
    return fresh;
  };
  return { range, change, refresh: () => change(range) };
}
