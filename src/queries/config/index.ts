import { t } from '@grafana/i18n';
import { free } from '../checks';
import type { QueryType } from '../type';
import { ConfigEditor } from './ConfigEditor';
import { kindOf, typesOf, withTypes, type ConfigQuery } from './types';
import { alerting, isEmpty, validate } from './validate';

/** AWS Config: what exists, how it changed, which rules are followed. */
export const config: QueryType<ConfigQuery> = {
  id: 'config',
  name: () => t('config.name', 'Config'),
  summary: () => t('config.summary', 'AWS Config: resources, their history, compliance with rules'),
  help: () =>
    t(
      'config.help',
      'Only what Config’s recorder records is known. Choose a resource’s history to see what changed, each with its difference from before.'
    ),
  hasScope: true,
  annotates: true,
  defaults: (purpose) => ({
    queryType: 'config',
    kind: purpose === 'alert' ? 'counts' : purpose === 'annotation' ? 'annotations' : 'inventory',
  }),
  isEmpty,
  validate,
  alerting,
  cost: free,
  interpolate: (query, replace) => ({
    ...query,
    ...withTypes(replace.list(typesOf(query))),
    resourceId: replace.text(query.resourceId),
    resourceName: replace.text(query.resourceName),
    rules: replace.list(query.rules),
    complianceTypes: replace.list(query.complianceTypes),
    expression: replace.text(query.expression),
  }),
  examples: (query) => [
    {
      title: t('config.example.instances', 'All instances, deleted ones too'),
      query: { queryType: 'config', kind: 'inventory', resourceType: 'AWS::EC2::Instance', includeDeleted: true },
    },
    {
      title: t('config.example.history', 'How an instance changed (give its id)'),
      query: {
        queryType: 'config',
        kind: kindOf(query) === 'annotations' ? 'annotations' : 'history',
        resourceType: 'AWS::EC2::Instance',
        resourceId: query.resourceId ?? '',
      },
    },
    {
      title: t('config.example.non-compliant', 'What does not follow the rules'),
      query: { queryType: 'config', kind: 'compliance_resources', complianceTypes: ['NON_COMPLIANT'] },
    },
    {
      title: t('config.example.counts', 'Non-compliant resources by rule, with their sum'),
      query: { queryType: 'config', kind: 'counts', totals: true },
    },
    {
      title: t('config.example.query', 'Stopped instances'),
      query: {
        queryType: 'config',
        kind: 'query',
        expression:
          "SELECT resourceId, resourceName, tags\nWHERE resourceType = 'AWS::EC2::Instance'\n  AND configuration.state.name = 'stopped'",
      },
    },
  ],
  Editor: ConfigEditor,
};
