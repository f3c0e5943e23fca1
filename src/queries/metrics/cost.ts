import { t } from '@grafana/i18n';
import { dollars } from '../checks';
import type { Usage } from '../type';
import { seconds } from './period';
import { modeOf, valuesOf, type MetricsQuery } from './types';

const pricePerMetric = 0.01 / 1000;
const minutesOfMonth = 30 * 24 * 60;

/**
 * The list price of watching a query without a pause. A period is asked for
 * once, whoever watches; a period shorter than a minute once a minute at least.
 */
export function cost(query: MetricsQuery, usage: Usage | undefined): string {
  const metrics = count(query) ?? usage?.metricsBilled;
  if (!metrics) {
    return t('metrics.cost.unknown', '$0.01 for 1,000 metrics asked for');
  }
  const minutes = Math.max(seconds(query.period) ?? 60, 60) / 60;
  const perMinute = metrics / minutes;
  return t('metrics.cost.known', 'Metrics a minute: {{- rate}}, up to {{- price}} a month if always watched', {
    rate: perMinute.toLocaleString('en-US', { maximumSignificantDigits: 2 }),
    price: dollars(perMinute * minutesOfMonth * pricePerMetric),
  });
}

/** How many metrics a query names; undefined where only AWS knows. */
function count(query: MetricsQuery): number | undefined {
  if (modeOf(query) !== 'metric' || query.matchExact === false) {
    return undefined;
  }
  let product = 1;
  for (const name of Object.keys(query.dimensions ?? {})) {
    const values = valuesOf(query.dimensions, name);
    if (values.length === 0 || values.some((value) => /[*$]/.test(value))) {
      return undefined;
    }
    product *= values.length;
  }
  return product;
}
