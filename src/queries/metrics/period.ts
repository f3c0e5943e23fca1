import { t } from '@grafana/i18n';
import { hasVariable } from '../replace';

const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const highResolution = [1, 5, 10, 20, 30];

/** The seconds of a period; undefined for auto, a variable, or what is none. */
export function seconds(period: string | undefined): number | undefined {
  if (/^\d+$/.test(period ?? '')) {
    return Number(period);
  }
  const parts = [...(period ?? '').matchAll(/(\d+)([smhdw])/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== period) {
    return undefined;
  }
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0);
}

/** What is wrong with a period, if something is. */
export function periodProblem(period: string | undefined): string | undefined {
  if (!period || period === 'auto' || hasVariable(period)) {
    return undefined;
  }
  const s = seconds(period);
  if (s === undefined) {
    return t('metrics.problem.period', 'auto, seconds, or a duration as 5m');
  }
  if (s < 60 ? !highResolution.includes(s) : s % 60 !== 0) {
    return t('metrics.problem.period-steps', 'CloudWatch takes 1, 5, 10, 20, 30 seconds or whole minutes');
  }
  return undefined;
}
