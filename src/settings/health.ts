import { t } from '@grafana/i18n';
import { readersLanguage } from '../queries/language';

/** One thing that the settings should make possible, as the health check found it. */
export interface Capability {
  /** Empty for the data source's own account. */
  Account?: string;
  Region?: string;
  Name: string;
  OK: boolean;
  MissingPermission?: string;
  Error?: string;
  /** What to do. */
  Hint?: string;
}

/** What a health check says in one language. */
interface Report {
  message?: string;
  capabilities?: Capability[];
}

/** The part of the details that is for the reader: Grafana tells the back end nothing of the user's language. */
function forReader(details: unknown): Report {
  const { ja, ...english } = (details ?? {}) as Report & { ja?: Report };
  return readersLanguage() === 'ja' ? (ja ?? english) : english;
}

export function capabilitiesOf(details: unknown): Capability[] {
  const { capabilities } = forReader(details);
  return Array.isArray(capabilities) ? capabilities : [];
}

/** The sum of it, where it is known in the reader's language; else what the answer says. */
export function messageOf({ message, details }: { message?: string; details?: unknown }): string {
  return forReader(details).message ?? message ?? '';
}

/** The findings as text, a line each. */
export function reportOf(details: unknown): string | undefined {
  const lines = capabilitiesOf(details).map((found) =>
    [found.OK ? '✓' : '✗', placeOf(found), nameOf(found.Name), reasonOf(found)].filter((part) => part !== '').join(' ')
  );
  return lines.length > 0 ? lines.join('\n') : undefined;
}

export function placeOf({ Account, Region }: Capability): string {
  return [Account, Region].filter(Boolean).join(' ');
}

/** Why something does not work, and what to do. */
export function reasonOf({ OK, MissingPermission, Error: error, Hint }: Capability): string {
  if (OK) {
    return Hint ?? '';
  }
  const why = MissingPermission
    ? t('health.missing', 'permission {{- permission}} is missing', { permission: MissingPermission })
    : (error ?? '');
  return Hint ? `${why} (${Hint})` : why;
}

/** The back end's names for what it tried, in the user's language. */
export function nameOf(capability: string): string {
  switch (capability) {
    case 'credentials':
      return t('health.name.credentials', 'Credentials');
    case 'metrics':
      return t('health.name.metrics', 'List of metrics');
    case 'metric data':
      return t('health.name.metric-data', 'Metric data');
    case 'alarms':
      return t('health.name.alarms', 'Alarms');
    case 'alarm history':
      return t('health.name.alarm-history', 'Alarm history');
    case 'logs':
      return t('health.name.logs', 'Log groups');
    case 'log events':
      return t('health.name.log-events', 'Log events');
    case 'log queries':
      return t('health.name.log-queries', 'Queries of Logs Insights');
    case 'event history':
      return t('health.name.event-history', 'Event history of CloudTrail');
    case 'config rules':
      return t('health.name.config-rules', 'Config rules');
    case 'config inventory':
      return t('health.name.config-inventory', 'Config inventory');
    case 'config resources':
      return t('health.name.config-resources', 'Config resources');
    case 'config history':
      return t('health.name.config-history', 'History of a resource');
    case 'config query':
      return t('health.name.config-query', 'Advanced queries of Config');
    case 'secure socks proxy':
      return t('health.name.socks', 'Secure socks proxy');
    case 'bridge':
      return t('health.name.bridge', 'Andon’s bridge');
    default:
      return capability;
  }
}
