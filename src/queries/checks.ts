import { t } from '@grafana/i18n';
import { hasVariable } from './replace';
import { asksSeveralPlaces, type Scope } from './scope';
import type { Problem, Verdict } from './type';

/** The mistake of a limit, if it is one. 0 and nothing stand for the default. */
export function limitProblems(limit: number | undefined, most: number): Problem[] {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 0 && limit <= most)) {
    return [];
  }
  return [{ field: 'limit', text: t('problem.limit', 'A whole number from 1 to {{- most}}', { most }) }];
}

export function tooLong(field: string, text: string | undefined, most: number): Problem[] {
  if ((text ?? '').length <= most) {
    return [];
  }
  return [{ field, text: t('problem.too-long', 'Longer than the {{- most}} characters that AWS takes', { most }) }];
}

export function tooMany(field: string, list: string[] | undefined, most: number): Problem[] {
  if ((list ?? []).length <= most) {
    return [];
  }
  return [{ field, text: t('problem.too-many', 'Up to {{- most}} at once', { most }) }];
}

/** The mistake of a value that is none of those allowed. A variable may become one. */
export function unknown(field: string, given: string[] | undefined, allowed: readonly string[]): Problem[] {
  const wrong = (given ?? []).find((value) => !allowed.includes(value) && !hasVariable(value));
  if (wrong === undefined) {
    return [];
  }
  const list = allowed.join(', ');
  return [{ field, text: t('problem.unknown', '{{- wrong}} is not known; allowed: {{- list}}', { wrong, list }) }];
}

/** What a rule over several places has to reckon with; undefined for one place. */
export function placesVerdict(query: Scope): Verdict | undefined {
  if (!asksSeveralPlaces(query)) {
    return undefined;
  }
  const why = t('alert.places', 'Better one place for each query: a place that fails makes the whole rule an error.');
  return { can: true, why };
}

/** What asking costs where AWS takes nothing. */
export function free(): string {
  return t('cost.free', 'Free');
}

/** Dollars of a small sum: $0.012, $3.40. */
export function dollars(amount: number): string {
  if (amount === 0) {
    return '$0';
  }
  return amount >= 1 ? `$${amount.toFixed(2)}` : `$${amount.toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
}
