import { t } from '@grafana/i18n';
import { CodeField, LimitField, Row } from '../../fields';
import { KindField } from '../KindField';
import type { EditorProps } from '../type';
import { ResourceFields } from './ResourceFields';
import { RuleFields } from './RuleFields';
import { kindOf, type ConfigQuery } from './types';

export function ConfigEditor(props: EditorProps<ConfigQuery>) {
  const { query, purpose, change, problem } = props;
  const kind = kindOf(query);
  const oneResource = kind === 'history' || kind === 'annotations';
  return (
    <>
      <KindField
        purpose={purpose}
        options={kindOptions()}
        annotations={t('config.kind.annotations-description', 'Changes of a resource as marks on graphs')}
        value={kind}
        error={problem('kind')}
        onChange={(chosen) => change({ kind: chosen })}
      />
      {(oneResource || kind === 'inventory' || kind === 'compliance_resources') && <ResourceFields {...props} />}
      {(kind === 'compliance' || kind === 'compliance_resources' || kind === 'counts') && <RuleFields {...props} />}
      {kind === 'query' && (
        <CodeField
          required
          label={t('config.select.label', 'Advanced query')}
          description={t('config.select.description', 'SELECT … WHERE …, without FROM')}
          sample="SELECT resourceId, resourceType WHERE resourceType = 'AWS::EC2::Instance'"
          value={query.expression}
          error={problem('expression')}
          onChange={(expression) => change({ expression })}
        />
      )}
      {kind !== 'counts' && (
        <Row>
          <LimitField
            value={query.limit}
            otherwise={oneResource ? 100 : 1000}
            error={problem('limit')}
            onChange={(limit) => change({ limit })}
          />
        </Row>
      )}
    </>
  );
}

function kindOptions() {
  return [
    {
      value: 'inventory' as const,
      label: t('config.kind.inventory', 'Resources'),
      description: t('config.kind.inventory-description', 'Without a type: how many of which'),
    },
    {
      value: 'history' as const,
      label: t('config.kind.history', 'History of a resource'),
      description: t('config.kind.history-description', 'What was recorded, each with its difference from before'),
    },
    {
      value: 'compliance' as const,
      label: t('config.kind.compliance', 'Rules'),
      description: t('config.kind.compliance-description', 'Which are followed'),
    },
    {
      value: 'compliance_resources' as const,
      label: t('config.kind.resources', 'Resources by rule'),
      description: t('config.kind.resources-description', 'Which do not follow it'),
    },
    {
      value: 'counts' as const,
      label: t('config.kind.counts', 'Count by rule'),
      description: t('config.kind.counts-description', 'Numbers; fit for alert rules'),
    },
    {
      value: 'query' as const,
      label: t('config.kind.query', 'Advanced query'),
      description: t('config.kind.query-description', 'SQL of AWS Config'),
    },
  ];
}
