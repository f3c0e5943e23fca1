import { t } from '@grafana/i18n';
import { Text } from '@grafana/ui';
import { Section } from './Section';

/** What the data source keeps to by itself. There is nothing to set. */
export function LimitsSection() {
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
      <ul style={{ paddingLeft: 20 }}>
        {limits.map((limit) => (
          <li key={limit}>
            <Text color="secondary">{limit}</Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}
