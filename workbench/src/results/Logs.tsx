import { css } from '@emotion/css';
import { type DataFrame, FieldType, type GrafanaTheme2, dateTimeFormat } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { say } from '../address';
import { timeZone } from '../time';

/** Log lines, each with its labels to be opened. */
export function Logs({ frames }: { frames: DataFrame[] }) {
  const styles = useStyles2(getStyles);
  const lines = frames.flatMap(linesOf).sort((a, b) => b.time - a.time);
  if (lines.length === 0) {
    return <p>{say('No data', 'データなし')}</p>;
  }
  return (
    <ol aria-label={say('Log lines', 'ログ行')} className={styles.list}>
      {lines.map((l) => (
        <li key={l.key}>
          <details>
            <summary className={styles.line}>
              <time>{dateTimeFormat(l.time, { timeZone: timeZone(), format: 'YYYY-MM-DD HH:mm:ss.SSS' })}</time>
              <span className={styles.level}>{l.severity}</span>
              <span>{l.body}</span>
            </summary>
            <dl className={styles.labels}>
              {Object.entries(l.labels).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
                </div>
              ))}
            </dl>
          </details>
        </li>
      ))}
    </ol>
  );
}

interface Line {
  key: string;
  time: number;
  body: string;
  severity: string;
  labels: Record<string, unknown>;
}

// Fields are found by the names of the log-lines type, else by their types.
function linesOf(frame: DataFrame): Line[] {
  const named = (name: string) => frame.fields.find((f) => f.name === name);
  const time = named('timestamp') ?? frame.fields.find((f) => f.type === FieldType.time);
  const body = named('body') ?? frame.fields.find((f) => f.type === FieldType.string);
  const severity = named('severity');
  const id = named('id');
  const labels = named('labels');
  return Array.from({ length: frame.length }, (_, i) => ({
    key: `${frame.refId ?? ''}:${String(id?.values[i] ?? i)}`,
    time: Number(time?.values[i] ?? 0),
    body: String(body?.values[i] ?? ''),
    severity: String(severity?.values[i] ?? ''),
    labels: (labels?.values[i] ?? {}) as Record<string, unknown>,
  }));
}

const getStyles = (t: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    fontFamily: t.typography.fontFamilyMonospace,
    fontSize: t.typography.bodySmall.fontSize,
  }),
  line: css({
    display: 'flex',
    gap: t.spacing(1),
    cursor: 'pointer',
    '& > :last-child': { overflowWrap: 'anywhere' },
    '& > time': { color: t.colors.text.secondary, whiteSpace: 'nowrap' },
  }),
  level: css({ minWidth: '5em' }),
  labels: css({
    margin: t.spacing(0.5, 2),
    '& dt': { float: 'left', marginRight: t.spacing(1) },
    '& dd': { overflowWrap: 'anywhere' },
  }),
});
