import { css } from '@emotion/css';
import { type AlertPayload, AppEvents, type GrafanaTheme2 } from '@grafana/data';
import { Alert, type AlertVariant, useStyles2 } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { events } from './grafana/events';

interface Toast {
  key: number;
  severity: AlertVariant;
  text: string;
}

const shownFor = 10_000; // milliseconds

const kinds = [
  { event: AppEvents.alertSuccess.name, severity: 'success' },
  { event: AppEvents.alertInfo.name, severity: 'info' },
  { event: AppEvents.alertWarning.name, severity: 'warning' },
  { event: AppEvents.alertError.name, severity: 'error' },
] as const;

/** What Grafana tells in the corner, for a while: what became of a press. */
export function Toasts() {
  const styles = useStyles2(getStyles);
  const [toasts, setToasts] = useState<Toast[]>([]);
  const remove = (key: number) => setToasts((all) => all.filter((t) => t.key !== key));
  useEffect(() => {
    let last = 0;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const handlers = kinds.map(({ event, severity }) => {
      const show = (payload?: AlertPayload) => {
        const key = ++last;
        setToasts((all) => [...all, { key, severity, text: (payload ?? []).filter(Boolean).join(': ') }]);
        timers.add(setTimeout(() => remove(key), shownFor));
      };
      events.on(event, show);
      return () => events.off(event, show);
    });
    return () => {
      handlers.forEach((stop) => stop());
      timers.forEach(clearTimeout);
    };
  }, []);
  return (
    <div className={styles.corner}>
      {toasts.map(({ key, severity, text }) => (
        <Alert key={key} severity={severity} title={text} elevated onRemove={() => remove(key)} />
      ))}
    </div>
  );
}

const getStyles = (t: GrafanaTheme2) => ({
  corner: css({
    position: 'fixed',
    top: t.spacing(2),
    right: t.spacing(2),
    zIndex: t.zIndex.portal,
    maxWidth: '400px',
  }),
});
