import type { QueryEditorProps } from '@grafana/data';
import { useEffect, useMemo, useRef } from 'react';
import { isAlerting, type AndonDataSource } from '../datasource';
import { queryTypes, typeOf } from '../queries';
import type { AndonQuery, Settings } from '../types';
import { QueryForm } from './QueryForm';

type Props = QueryEditorProps<AndonDataSource, AndonQuery, Settings>;

/** The editor of panels, Explore and alert rules. */
export function QueryEditor(props: Props) {
  const purpose = isAlerting(props.app) ? 'alert' : 'panel';
  const query = useShownIsAsked(props);
  return <QueryForm {...props} query={query} types={queryTypes} purpose={purpose} />;
}

/**
 * The query to show. Grafana shows a new alert rule with the default query
 * filled in, but does not put it into the rule before something changes: the
 * rule would ask nothing. So what is shown, the defaults of an alert rule, is
 * handed over once.
 */
function useShownIsAsked({ app, datasource, query, onChange }: Props): AndonQuery {
  const done = useRef(false);
  const begun = useMemo(() => {
    const isNew = isAlerting(app) && isFilledIn(query, datasource.getDefaultQuery());
    const type = isNew ? typeOf(query) : undefined;
    return type && ({ ...query, ...type.defaults('alert') } as AndonQuery);
  }, [app, datasource, query]);
  useEffect(() => {
    if (begun && !done.current) {
      done.current = true;
      onChange(begun);
    }
  }, [begun, onChange]);
  return begun ?? query;
}

/** Whether the query is the default one, and nothing was added to it. */
function isFilledIn(query: AndonQuery, filledIn: Partial<AndonQuery>): boolean {
  const own = Object.entries(query).filter(([name]) => !grafanasOwn.has(name));
  const expected = new Map<string, unknown>(Object.entries(filledIn));
  return own.length === expected.size && own.every(([name, value]) => expected.get(name) === value);
}

/** What Grafana itself keeps in a query; instant and range are those of every rule's. */
const grafanasOwn = new Set(['refId', 'datasource', 'hide', 'key', 'intervalMs', 'maxDataPoints', 'instant', 'range']);
