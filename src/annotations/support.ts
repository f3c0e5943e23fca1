import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';
import type { AndonQuery, FirstType } from '../types';
import { AnnotationEditor } from './AnnotationEditor';

/**
 * Marks on graphs: the kind "annotations" of the query types that have it. Grafana reads time, title, text and tags.
 * A new one begins with the first type, which one that was saved before anything was chosen means, too.
 */
export function annotationSupport(first: FirstType): AnnotationSupport<AndonQuery> {
  return {
    QueryEditor: AnnotationEditor,
    getDefaultQuery: () => ({
      queryType: first,
      kind: 'annotations',
      ...(first === 'alarms' && { states: ['ALARM'] }),
    }),
    prepareQuery: ({ target }: AnnotationQuery<AndonQuery>) =>
      target && ({ ...target, queryType: target.queryType || first, refId: 'Anno', kind: 'annotations' } as AndonQuery),
  };
}
