import type { AnnotationQuery, AnnotationSupport } from '@grafana/data';
import type { AndonQuery } from '../types';
import { AnnotationEditor } from './AnnotationEditor';

/** Marks on graphs: the kind "annotations" of the query types that have it. Grafana reads time, title, text and tags. */
export const annotationSupport: AnnotationSupport<AndonQuery> = {
  QueryEditor: AnnotationEditor,
  getDefaultQuery: () => ({ queryType: 'alarms', kind: 'annotations', states: ['ALARM'] }),
  prepareQuery: ({ target }: AnnotationQuery<AndonQuery>) =>
    target &&
    // One that was saved before anything was chosen names no type; its form shows alarms.
    ({ ...target, queryType: target.queryType || 'alarms', refId: 'Anno', kind: 'annotations' } as AndonQuery),
};
