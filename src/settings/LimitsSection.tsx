import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Text, useStyles2 } from '@grafana/ui';
import { Section } from './Section';

/** What the data source keeps to by itself. There is nothing to set. */
export function LimitsSection() {
  const styles = useStyles2(getStyles);
  const limits = [
    t(
      'settings.limits.answer',
      'An answer comes within 26 seconds; what is missing is said, and the next refresh continues.'
    ),
    t('settings.limits.quota', 'Calls stay within AWS’s quotas for each account and region, whoever asks.'),
    t('settings.limits.cache', 'The settled past comes from the cache: ten viewers cost as much as one.'),
    t('settings.limits.places', 'Up to 64 accounts and regions, and up to 2,000 metrics or 10,000 rows, in one query.'),
    t('settings.limits.rights', 'It only reads. The policies for each query type are in docs/datasource.md.'),
  ];
  return (
    <Section title={t('settings.limits.title', 'Limits')}>
      <ul className={styles.list}>
        {limits.map((limit) => (
          <li key={limit}>
            <Text color="secondary">{limit}</Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ paddingLeft: theme.spacing(2.5) }),
});
