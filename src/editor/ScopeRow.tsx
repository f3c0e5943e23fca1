import { t } from '@grafana/i18n';
import { ChoiceField, ListsField, Row, SwitchField } from '../fields';
import type { Lists } from '../lists/lists';
import { typeOf } from '../queries';
import { accountsOf, regionsOf, withAccounts, withRegions, type ScopedQuery } from '../queries/scope';
import type { QueryType } from '../queries/type';
import type { AndonQuery } from '../types';

interface Props {
  query: AndonQuery;
  types: QueryType[];
  lists: Lists;
  onChoose: (type: QueryType) => void;
  onChange: (fields: Partial<AndonQuery>) => void;
}

/** What is asked, and where: query type, accounts, regions. */
export function ScopeRow({ query, types, lists, onChoose, onChange }: Props) {
  return (
    <Row>
      <ChoiceField
        label={t('editor.type.label', 'Query type')}
        value={query.queryType as string}
        options={types.map((type) => ({ value: type.id as string, label: type.name(), description: type.summary() }))}
        onChange={(id) => {
          const chosen = types.find((type) => type.id === id);
          if (chosen && id !== query.queryType) {
            onChoose(chosen);
          }
        }}
      />
      {typeOf(query)?.hasScope && <Place query={query as ScopedQuery} lists={lists} onChange={onChange} />}
    </Row>
  );
}

function Place({ query, lists, onChange }: Pick<Props, 'lists' | 'onChange'> & { query: ScopedQuery }) {
  return (
    <>
      <ListsField
        label={t('editor.accounts.label', 'Accounts')}
        placeholder={t('editor.accounts.placeholder', 'The data source’s own')}
        value={accountsOf(query)}
        list={{
          lists,
          name: 'accounts',
          params: {},
          extra: [{ value: 'all', description: t('editor.accounts.all', 'Every account of the settings') }],
        }}
        onChange={(accounts) => onChange(withAccounts(accounts) as Partial<AndonQuery>)}
      />
      <ListsField
        label={t('editor.regions.label', 'Regions')}
        placeholder={t('editor.regions.placeholder', 'Default region')}
        value={regionsOf(query)}
        list={{ lists, name: 'regions', params: {} }}
        onChange={(regions) => onChange(withRegions(regions) as Partial<AndonQuery>)}
      />
      <SwitchField
        label={t('editor.no-cache.label', 'Past the cache')}
        value={query.noCache ?? false}
        onChange={(noCache) => onChange({ noCache: noCache || undefined } as Partial<AndonQuery>)}
      />
    </>
  );
}
