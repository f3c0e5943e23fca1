import type { QueryEditorProps } from '@grafana/data';
import { isAlerting, type AndonDataSource } from '../datasource';
import { queryTypes } from '../queries';
import type { AndonQuery, Settings } from '../types';
import { QueryForm } from './QueryForm';

/** The editor of panels, Explore and alert rules. */
export function QueryEditor(props: QueryEditorProps<AndonDataSource, AndonQuery, Settings>) {
  return <QueryForm {...props} types={queryTypes} purpose={isAlerting(props.app) ? 'alert' : 'panel'} />;
}
