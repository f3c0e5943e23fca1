import { t } from '@grafana/i18n';
import type { Item, Lists } from '../../lists/lists';
import { dollars } from '../checks';
import type { QueryType, Usage } from '../type';
import { examples } from './examples';
import { LogsEditor } from './LogsEditor';
import { firstLines, modeOf, type LogsQuery } from './types';
import { alerting, isEmpty, validate } from './validate';

const pricePerGB = 0.005;

/** CloudWatch Logs, by Logs Insights or by filter pattern. */
export const logs: QueryType<LogsQuery> = {
  id: 'logs',
  name: () => t('logs.name', 'Logs'),
  summary: () => t('logs.summary', 'CloudWatch Logs: lines, and numbers counted from them'),
  help: () =>
    t(
      'logs.help',
      'Logs Insights counts, sums and parses; the plain filter finds lines. A slow Insights query shows what it has found so far until it ends; a plain filter stops after 25 seconds and continues with the next refresh.'
    ),
  hasScope: true,
  annotates: false,
  defaults: (purpose) =>
    purpose === 'alert'
      ? { queryType: 'logs', mode: 'insights', logGroups: [], query: 'stats count(*) as lines by bin(5m)' }
      : // The plain filter is the mode that costs nothing: a first look must not scan gigabytes.
        { queryType: 'logs', mode: 'filter', logGroups: [], query: '', limit: firstLines },
  complete,
  isEmpty,
  validate,
  alerting,
  cost,
  interpolate: (query, replace) => ({
    ...query,
    logGroups: replace.list(query.logGroups),
    query: replace.text(query.query),
    expression: replace.text(query.expression),
    statsGroups: replace.list(query.statsGroups),
    pattern: replace.text(query.pattern),
    streamPrefix: replace.text(query.streamPrefix),
  }),
  examples,
  Editor: LogsEditor,
};

/** The largest of the first log groups, so that a new query shows lines at once: small ones are often empty. */
async function complete({ account, region }: LogsQuery, lists: Lists): Promise<Partial<LogsQuery>> {
  const { items } = await lists.read('log-groups', { account, region }, '', 100);
  const [largest] = [...items].sort((a, b) => megabytes(b) - megabytes(a));
  return largest ? { logGroups: [largest.value] } : {};
}

/** The stored size, with which the description of a log group begins: "120 MB, kept 30 days". */
function megabytes({ description }: Item): number {
  return Number(/^(\d+) MB/.exec(description ?? '')?.[1] ?? 0);
}

function cost(query: LogsQuery, usage: Usage | undefined): string {
  if (modeOf(query) === 'filter') {
    return t('logs.cost.filter', 'Free, but slow: 5 calls a second');
  }
  if (!usage?.bytesScanned) {
    return t('logs.cost.insights', '$0.005 for each GB scanned');
  }
  const gigabytes = usage.bytesScanned / 1e9;
  return t('logs.cost.scanned', '$0.005 for each GB scanned: {{- price}} for {{- size}} GB, the last time', {
    price: dollars(gigabytes * pricePerGB),
    size: gigabytes.toLocaleString('en-US', { maximumSignificantDigits: 2 }),
  });
}
