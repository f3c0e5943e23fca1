import { t } from '@grafana/i18n';
import { limitProblems, placesVerdict, unknown } from '../checks';
import { hasVariable } from '../replace';
import type { Problem, Verdict } from '../type';
import { attributes, kinds, operators, type CloudTrailQuery, type Filter } from './types';

const mostEvents = 4000;

export function validate(query: CloudTrailQuery): Problem[] {
  const problems = [
    ...unknown('kind', query.kind ? [query.kind] : [], kinds),
    ...unknown('attribute', query.attribute ? [query.attribute] : [], attributes),
    ...limitProblems(query.limit, mostEvents),
    ...(query.filters ?? []).flatMap(filterProblems),
  ];
  if (query.attribute && !query.value) {
    const text = t('cloudtrail.problem.value', 'The {{- attribute}} to look for', { attribute: query.attribute });
    problems.push({ field: 'value', text });
  }
  if (!query.attribute && query.value) {
    const text = t('cloudtrail.problem.attribute', 'Choose what the value is of');
    problems.push({ field: 'attribute', text });
  }
  if (query.groupBy && query.kind !== 'counts') {
    problems.push({ field: 'groupBy', text: t('cloudtrail.problem.group', 'Only counts are grouped') });
  }
  return problems;
}

function filterProblems(filter: Filter, index: number): Problem[] {
  const at = `filters[${index}]`;
  const problems = unknown(`${at}.op`, filter.op ? [filter.op] : [], operators);
  if (filter.field === '') {
    const text = t('cloudtrail.problem.field', 'A field of the record, as eventName or sourceIPAddress');
    problems.push({ field: `${at}.field`, text });
  }
  if ((filter.op === '=~' || filter.op === '!~') && !hasVariable(filter.value) && !isExpression(filter.value)) {
    problems.push({ field: `${at}.value`, text: t('cloudtrail.problem.regex', 'Not a regular expression') });
  }
  return problems;
}

/** Go's flags, as (?i), are not JavaScript's: the back end judges what follows them. */
function isExpression(text: string): boolean {
  try {
    new RegExp(
      text
        .replace(/\(\?[a-zA-Z-]+\)/g, '')
        .replace(/\(\?[a-zA-Z-]+:/g, '(?:')
        .replace(/\(\?P</g, '(?<')
    );
    return true;
  } catch {
    return false;
  }
}

export function alerting(query: CloudTrailQuery): Verdict {
  if (query.kind !== 'counts') {
    return { can: false, why: t('cloudtrail.alert.events', 'Events are text: choose the count over time.') };
  }
  return (
    placesVerdict(query) ?? {
      can: true,
      why: t('cloudtrail.alert.counts', 'An interval without events is 0; events arrive up to 15 minutes late.'),
    }
  );
}
