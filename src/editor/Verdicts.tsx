import { t } from '@grafana/i18n';
import { Badge, Stack, Text } from '@grafana/ui';
import type { ReactNode } from 'react';
import { dollars } from '../queries/checks';
import type { QueryType, Usage } from '../queries/type';
import type { AndonQuery } from '../types';
import { callsOf } from './usage';

interface Props {
  type: QueryType;
  query: AndonQuery;
  usage: Usage | undefined;
  invalid: boolean;
}

/** What a query costs, and whether an alert rule can use it. */
export function Verdicts({ type, query, usage, invalid }: Props) {
  const alert = type.alerting(query);
  return (
    <Stack direction="row" wrap="wrap" columnGap={3} rowGap={1} alignItems="center">
      <Verdict
        badge={
          alert.can && !invalid ? (
            <Badge color="green" icon="bell" text={t('verdict.can-alert', 'Can alert')} />
          ) : (
            <Badge color="orange" icon="bell-slash" text={t('verdict.cannot-alert', 'Cannot alert')} />
          )
        }
        text={invalid ? t('verdict.invalid', 'First mend what is marked above.') : alert.why}
      />
      <Verdict
        badge={<Badge color="blue" icon="calculator-alt" text={t('verdict.cost', 'Cost')} />}
        text={type.cost(query, usage)}
      />
      {usage && (
        <Text color="secondary" variant="bodySmall">
          {t('verdict.last', 'Last answer: calls {{- calls}}, from the cache {{- cached}}, {{- price}}', {
            calls: callsOf(usage),
            cached: (usage.cacheHits ?? 0) + (usage.joined ?? 0),
            price: dollars(usage.costUSD ?? 0),
          })}
        </Text>
      )}
    </Stack>
  );
}

function Verdict({ badge, text }: { badge: ReactNode; text: string }) {
  return (
    <Stack direction="row" gap={1} alignItems="center">
      {badge}
      <Text variant="bodySmall">{text}</Text>
    </Stack>
  );
}
