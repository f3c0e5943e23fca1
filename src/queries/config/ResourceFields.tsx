import { t } from '@grafana/i18n';
import { ListsField, Row, SwitchField, TextField } from '../../fields';
import type { EditorProps } from '../type';
import { kindOf, typesOf, withTypes, type ConfigQuery } from './types';

export function ResourceFields({ query, lists, change, problem }: EditorProps<ConfigQuery>) {
  const { account, region } = query;
  const kind = kindOf(query);
  const oneResource = kind === 'history' || kind === 'annotations';
  return (
    <Row>
      <ListsField
        required={oneResource}
        label={t('config.type.label', 'Resource type')}
        placeholder={oneResource ? undefined : t('config.type.placeholder', 'All')}
        sample="AWS::EC2::Instance"
        value={typesOf(query)}
        list={{ lists, name: 'resource-types', params: { account, region } }}
        error={problem('resourceType')}
        onChange={(types) => change(withTypes(types))}
      />
      <TextField
        label={t('config.id.label', 'Resource id')}
        sample="i-0a1b2c3d4e5f60041"
        value={query.resourceId}
        error={problem('resourceId')}
        onChange={(resourceId) => change({ resourceId })}
      />
      {kind !== 'compliance_resources' && (
        <TextField
          label={t('config.resource-name.label', 'Resource name')}
          description={t('config.resource-name.description', 'Instead of the id, where Config knows names')}
          value={query.resourceName}
          error={problem('resourceName')}
          onChange={(resourceName) => change({ resourceName })}
        />
      )}
      {kind === 'inventory' && (
        <SwitchField
          label={t('config.deleted.label', 'Deleted ones too')}
          value={query.includeDeleted ?? false}
          onChange={(includeDeleted) => change({ includeDeleted })}
        />
      )}
    </Row>
  );
}
