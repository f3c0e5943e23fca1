import type { QueryEditorProps } from '@grafana/data';
import type { AndonDataSource } from '../datasource';
import { QueryForm } from '../editor/QueryForm';
import { queryTypes } from '../queries';
import type { AndonQuery, Settings } from '../types';

const types = queryTypes.filter((type) => type.annotates);

/** The query of an annotation: the types that have moments to mark, as kind "annotations". */
export function AnnotationEditor(props: QueryEditorProps<AndonDataSource, AndonQuery, Settings>) {
  // The form shows the fields of what will be asked, also for a query that names another kind.
  const query = { ...props.query, kind: 'annotations' } as AndonQuery;
  return <QueryForm {...props} query={query} types={types} purpose="annotation" />;
}
