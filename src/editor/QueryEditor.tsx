import type { QueryEditorProps } from '@grafana/data';
import { useEffect, useRef } from 'react';
import { isAlerting, type AndonDataSource } from '../datasource';
import { queryTypes } from '../queries';
import type { AndonQuery, Settings } from '../types';
import { QueryForm } from './QueryForm';

type Props = QueryEditorProps<AndonDataSource, AndonQuery, Settings>;

/** The editor of panels, Explore and alert rules. */
export function QueryEditor(props: Props) {
  useShownIsAsked(props);
  return <QueryForm {...props} types={queryTypes} purpose={isAlerting(props.app) ? 'alert' : 'panel'} />;
}

/**
 * Grafana shows a new alert rule with the default query filled in, but does
 * not put it into the rule before something changes: the rule would ask
 * nothing. So what is shown is handed over once.
 */
function useShownIsAsked({ app, datasource, query, onChange }: Props) {
  const done = useRef(false);
  useEffect(() => {
    if (isAlerting(app) && !done.current && isFilledIn(query, datasource.getDefaultQuery(app))) {
      done.current = true;
      onChange(query);
    }
  }, [app, datasource, query, onChange]);
}

/** Whether the query is the default one, and nothing was added to it. */
function isFilledIn(query: AndonQuery, filledIn: Partial<AndonQuery>): boolean {
  const own = Object.entries(query).filter(([name]) => !grafanasOwn.has(name));
  const expected = new Map<string, unknown>(Object.entries(filledIn));
  return own.length === expected.size && own.every(([name, value]) => expected.get(name) === value);
}

/** What Grafana itself keeps in a query; instant and range are those of every rule's. */
const grafanasOwn = new Set(['refId', 'datasource', 'hide', 'key', 'intervalMs', 'maxDataPoints', 'instant', 'range']);
