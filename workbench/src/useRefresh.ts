import { rangeUtil } from '@grafana/data';
import { useEffect, useRef } from 'react';

/**
 * Asks anew at an interval such as 10s ('': never), counted from when the last
 * answer began to be drawn. A page that nobody sees waits until somebody does, as
 * in Grafana.
 */
export function useRefresh(every: string, answer: unknown, refresh: () => void) {
  const latest = useRef(refresh);
  useEffect(() => {
    latest.current = refresh;
  });
  useEffect(() => {
    if (every === '' || answer === undefined) {
      return undefined;
    }
    const visible = () => {
      if (!document.hidden) {
        document.removeEventListener('visibilitychange', visible);
        latest.current();
      }
    };
    const timer = setTimeout(() => {
      document.addEventListener('visibilitychange', visible);
      visible();
    }, rangeUtil.intervalToMs(every));
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', visible);
    };
  }, [every, answer]);
}
