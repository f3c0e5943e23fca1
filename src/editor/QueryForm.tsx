import type { PanelData } from '@grafana/data';
import { t } from '@grafana/i18n';
import type { DataQuery } from '@grafana/schema';
import { Alert, Stack } from '@grafana/ui';
import { useEffect, useRef, useState } from 'react';
import type { AndonDataSource } from '../datasource';
import { typeOf } from '../queries';
import type { Purpose, QueryType } from '../queries/type';
import type { AndonQuery, Fields, FirstType } from '../types';
import { HelpPanel } from './HelpPanel';
import { replaced, started } from './switching';
import { ScopeRow } from './ScopeRow';
import { usageOf } from './usage';
import { Verdicts } from './Verdicts';

interface Props {
  datasource: AndonDataSource;
  query: AndonQuery;
  onChange: (query: AndonQuery) => void;
  onRunQuery: () => void;
  /** What was answered last, where the editor stands beside a panel. */
  data?: PanelData;
  types: QueryType[];
  purpose: Purpose;
}

/** The form of a query: its place and type, the fields of the type, what it costs and whether it can alert. */
export function QueryForm({ datasource, onChange, onRunQuery, data, types, purpose, ...props }: Props) {
  const query = typed(props.query, datasource.firstType);
  const latest = useLatest(query);
  const type = typeOf(query);

  const put = (changed: AndonQuery) => {
    onChange(changed);
    onRunQuery();
  };
  const [suggested, setSuggested] = useState<Partial<AndonQuery>>({});
  const change = (fields: Partial<AndonQuery>) => {
    put({ ...query, ...fields } as AndonQuery);
    setSuggested((last) => Object.fromEntries(Object.entries(last).filter(([name]) => !(name in fields))));
  };
  const choose = async (chosen: QueryType) => {
    const begun = started(query, chosen, purpose);
    put(begun);
    setSuggested({});
    const more = await chosen.complete?.(begun, datasource.lists).catch(() => undefined); // its field tells why
    const now = latest.current;
    if (more && now.queryType === chosen.id && chosen.isEmpty(now)) {
      put({ ...now, ...more } as AndonQuery);
      setSuggested(more);
    }
  };
  const take = (fields: Fields<AndonQuery>) => {
    put(replaced(query, fields));
    setSuggested({});
  };

  if (!type) {
    return (
      <Stack direction="column" gap={2}>
        <ScopeRow query={query} types={types} lists={datasource.lists} onChoose={choose} onChange={change} />
        <Alert severity="error" title={t('editor.unknown-type', 'This version does not know the query type')}>
          {query.queryType}
        </Alert>
      </Stack>
    );
  }
  const problems = type.validate(datasource.asMeant(query));
  return (
    <Stack direction="column" gap={2}>
      <ScopeRow query={query} types={types} lists={datasource.lists} onChoose={choose} onChange={change} />
      <type.Editor
        key={type.id}
        query={query}
        purpose={purpose}
        lists={datasource.lists}
        change={change}
        suggested={suggested}
        problem={(field) => problems.find((problem) => problem.field === field)?.text}
      />
      {(purpose === 'panel' || purpose === 'alert') && (
        <Verdicts type={type} query={query} usage={usageOf(data, query.refId)} invalid={problems.length > 0} />
      )}
      <HelpPanel type={type} query={query} onTake={take} />
    </Stack>
  );
}

/** A query of Explore's history or of another data source may have no type. */
function typed(query: AndonQuery, first: FirstType): AndonQuery {
  const { queryType } = query as DataQuery;
  return queryType ? query : ({ ...(query as DataQuery), queryType: first } as AndonQuery);
}

/** The newest value, for what ends after a later render. */
function useLatest<T>(value: T) {
  const ref = useRef(value);
  useEffect(() => {
    ref.current = value;
  });
  return ref;
}
