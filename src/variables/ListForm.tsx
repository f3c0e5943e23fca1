import { t } from '@grafana/i18n';
import { ChoiceField, ListField, Row, TextField } from '../fields';
import { listNames, type ListName, type Lists } from '../lists/lists';
import { requiredFor, type VariableQuery } from './types';

interface Props {
  query: VariableQuery;
  lists: Lists;
  change: (fields: Partial<VariableQuery>) => void;
}

/** Which list, and what it is of. */
export function ListForm({ query, lists, change }: Props) {
  const { list = 'regions', account, region, namespace, metric } = query;
  const place = { account, region };
  const ofMetrics = list === 'metrics' || list === 'dimension-keys' || list === 'dimension-values';
  const missing = (name: 'namespace' | 'key', text: string) =>
    requiredFor(list).includes(name) && !query[name] ? text : undefined;
  return (
    <>
      <Row>
        <ChoiceField<ListName>
          label={t('variable.list.label', 'List')}
          options={listNames.map((value) => ({ value, label: nameOf(value) }))}
          value={list}
          onChange={(chosen) => change({ list: chosen })}
        />
        {list !== 'regions' && list !== 'accounts' && (
          <>
            <ListField
              label={t('variable.account.label', 'Account')}
              placeholder={t('variable.account.placeholder', 'The data source’s own')}
              value={account}
              list={{ lists, name: 'accounts', params: {} }}
              onChange={(chosen) => change({ account: chosen })}
            />
            <ListField
              label={t('variable.region.label', 'Region')}
              placeholder={t('variable.region.placeholder', 'Default region')}
              value={region}
              list={{ lists, name: 'regions', params: {} }}
              onChange={(chosen) => change({ region: chosen })}
            />
          </>
        )}
      </Row>
      {ofMetrics && (
        <Row>
          <ListField
            required
            label={t('variable.namespace.label', 'Namespace')}
            value={namespace}
            list={{ lists, name: 'namespaces', params: place }}
            error={missing('namespace', t('variable.problem.namespace', 'Choose one, for example AWS/EC2'))}
            onChange={(chosen) => change({ namespace: chosen })}
          />
          {list !== 'metrics' && (
            <ListField
              label={t('variable.metric.label', 'Metric')}
              value={metric}
              list={{ lists, name: 'metrics', params: { ...place, namespace } }}
              onChange={(chosen) => change({ metric: chosen })}
            />
          )}
          {list === 'dimension-values' && (
            <>
              <ListField
                required
                label={t('variable.key.label', 'Dimension')}
                value={query.key}
                list={{ lists, name: 'dimension-keys', params: { ...place, namespace, metric } }}
                error={missing('key', t('variable.problem.key', 'Choose one, for example InstanceId'))}
                onChange={(key) => change({ key })}
              />
              <TextField
                label={t('variable.where.label', 'Where')}
                sample="VpnId=$vpn"
                value={query.where}
                onChange={(where) => change({ where })}
              />
            </>
          )}
        </Row>
      )}
      <Row>
        {(list === 'log-groups' || list === 'alarms') && (
          <TextField
            label={t('variable.prefix.label', 'Name begins with')}
            value={query.prefix}
            onChange={(prefix) => change({ prefix })}
          />
        )}
        <TextField
          label={t('variable.search.label', 'Contains')}
          value={query.search}
          onChange={(search) => change({ search })}
        />
      </Row>
    </>
  );
}

function nameOf(list: ListName): string {
  switch (list) {
    case 'regions':
      return t('variable.list.regions', 'Regions');
    case 'accounts':
      return t('variable.list.accounts', 'Accounts');
    case 'namespaces':
      return t('variable.list.namespaces', 'Namespaces of metrics');
    case 'metrics':
      return t('variable.list.metrics', 'Metrics');
    case 'dimension-keys':
      return t('variable.list.dimension-keys', 'Dimensions');
    case 'dimension-values':
      return t('variable.list.dimension-values', 'Values of a dimension');
    case 'log-groups':
      return t('variable.list.log-groups', 'Log groups');
    case 'alarms':
      return t('variable.list.alarms', 'Alarms');
    case 'resource-types':
      return t('variable.list.resource-types', 'Resource types of Config');
    case 'rules':
      return t('variable.list.rules', 'Rules of Config');
  }
}
