import { t } from '@grafana/i18n';
import { ChoicesField, ListsField, Row, SwitchField } from '../../fields';
import type { EditorProps } from '../type';
import { complianceTypes, kindOf, type ConfigQuery } from './types';

export function RuleFields({ query, lists, change, problem }: EditorProps<ConfigQuery>) {
  const { account, region } = query;
  const kind = kindOf(query);
  return (
    <Row>
      <ListsField
        label={t('config.rules.label', 'Rules')}
        placeholder={t('config.rules.placeholder', 'All')}
        value={query.rules}
        list={{ lists, name: 'rules', params: { account, region } }}
        error={problem('rules')}
        onChange={(rules) => change({ rules })}
      />
      {kind === 'counts' ? (
        <SwitchField
          label={t('config.totals.label', 'The sum, too')}
          value={query.totals ?? false}
          onChange={(totals) => change({ totals })}
        />
      ) : (
        <ChoicesField
          label={t('config.compliance.label', 'Compliance')}
          placeholder={kind === 'compliance' ? t('config.compliance.all', 'All') : undefined}
          sample="NON_COMPLIANT"
          options={complianceTypes.map((value) => ({ value, label: value }))}
          value={query.complianceTypes}
          error={problem('complianceTypes')}
          onChange={(chosen) => change({ complianceTypes: chosen })}
        />
      )}
    </Row>
  );
}
