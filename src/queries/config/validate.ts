import { t } from '@grafana/i18n';
import { limitProblems, tooLong, tooMany, unknown } from '../checks';
import { hasVariable } from '../replace';
import type { Problem, Verdict } from '../type';
import { complianceTypes, kindOf, kinds, typesOf, type ConfigQuery } from './types';

const typePattern = /^[A-Za-z0-9]+::[A-Za-z0-9-]+::[A-Za-z0-9:]+$/;
const mostTypes = 20;
const mostRules = 100;
const mostRows = 10_000;
const mostItems = 1000;
const longestSelect = 4096;

export function validate(query: ConfigQuery): Problem[] {
  const kind = kindOf(query);
  const oneResource = kind === 'history' || kind === 'annotations';
  return [
    ...unknown('kind', [kind], kinds),
    ...typeProblems(query),
    ...resourceProblems(query),
    ...tooMany('rules', query.rules, mostRules),
    ...unknown('complianceTypes', query.complianceTypes, complianceTypes),
    ...(kind === 'query' ? selectProblems(query) : []),
    ...limitProblems(query.limit, oneResource ? mostItems : mostRows),
  ];
}

function typeProblems(query: ConfigQuery): Problem[] {
  const types = typesOf(query);
  const wrong = types.find((type) => !typePattern.test(type) && !hasVariable(type));
  if (wrong !== undefined) {
    const text = t('config.problem.type', '{{- wrong}} is no resource type, such as AWS::EC2::Instance', { wrong });
    return [{ field: 'resourceType', text }];
  }
  return tooMany('resourceType', types, mostTypes);
}

function resourceProblems(query: ConfigQuery): Problem[] {
  const { resourceId, resourceName } = query;
  const types = typesOf(query).length;
  const oneType = t('config.problem.one-type', 'Choose the one type of the resource');
  if (resourceId && resourceName) {
    return [{ field: 'resourceName', text: t('config.problem.both', 'Give the id or the name, not both') }];
  }
  switch (kindOf(query)) {
    case 'inventory':
      return types === 0 && (resourceId || resourceName) ? [{ field: 'resourceType', text: oneType }] : [];
    case 'history':
    case 'annotations': {
      const problems = types === 1 ? [] : [{ field: 'resourceType', text: oneType }];
      if (!resourceId && !resourceName) {
        problems.push({ field: 'resourceId', text: t('config.problem.resource', 'The id or the name of a resource') });
      }
      return problems;
    }
    case 'compliance_resources':
      return resourceId && types !== 1 ? [{ field: 'resourceType', text: oneType }] : [];
    default:
      return [];
  }
}

function selectProblems({ expression = '' }: ConfigQuery): Problem[] {
  if (expression.trim() === '') {
    const text = t('config.problem.select', 'A query: SELECT resourceId WHERE resourceType = …');
    return [{ field: 'expression', text }];
  }
  if (/\bfrom\b/i.test(expression.replace(/'[^']*'/g, ''))) {
    return [{ field: 'expression', text: t('config.problem.from', 'Config’s SELECT has no FROM: leave it out') }];
  }
  return tooLong('expression', expression, longestSelect);
}

export function isEmpty(query: ConfigQuery): boolean {
  switch (kindOf(query)) {
    case 'history':
    case 'annotations':
      return typesOf(query).length === 0 || (!query.resourceId && !query.resourceName);
    case 'query':
      return !query.expression?.trim();
    default:
      return false;
  }
}

export function alerting(query: ConfigQuery): Verdict {
  if (kindOf(query) === 'counts') {
    return { can: true, why: t('config.alert.counts', 'A number for each rule; one that all follow is 0.') };
  }
  return { can: false, why: t('config.alert.other', 'Rows of text cannot be compared: choose the count by rule.') };
}
