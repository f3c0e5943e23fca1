import { t } from '@grafana/i18n';
import { limitProblems, unknown } from '../checks';
import { languages } from '../language';
import { hasVariable } from '../replace';
import type { Problem, Verdict } from '../type';
import { kinds, type BoardQuery } from './types';

const mostRows = 10_000;

/** A label (or a quoted text), a comparison, and a value with or without quotes. */
const matcherPattern =
  /^\s*([a-zA-Z_:][a-zA-Z0-9_:]*|"(?:\\.|[^"\\])+")\s*(=~|!~|!=|=)\s*("(?:\\.|[^"\\])*"|[^"{},\s]*)\s*$/;

export function validate(query: BoardQuery): Problem[] {
  const problems = [
    ...unknown('kind', query.kind ? [query.kind] : [], kinds),
    ...unknown('language', query.language ? [query.language] : [], languages),
    ...limitProblems(query.limit, mostRows),
  ];
  const wrong = query.matchers?.find((matcher) => !matcherPattern.test(matcher) && !hasVariable(matcher));
  if (wrong !== undefined) {
    const text = t('andon.problem.matcher', '{{- wrong}} is no matcher, such as severity="critical"', { wrong });
    problems.push({ field: 'matchers', text });
  }
  return problems;
}

export function alerting(query: BoardQuery): Verdict {
  if (query.kind === 'counts') {
    return { can: true, why: t('andon.alert.counts', 'Numbers of open alerts.') };
  }
  return { can: false, why: t('andon.alert.other', 'Rows of text cannot be compared: choose the counts.') };
}
