import type { DataQuery } from '@grafana/schema';
import type { Language } from '../language';

export const kinds = ['alerts', 'towers', 'history', 'counts', 'annotations'] as const;
export type BoardKind = (typeof kinds)[number];

/** The board of Andon's bridge. */
export interface BoardQuery extends DataQuery {
  queryType: 'andon';
  /** alerts where empty */
  kind?: BoardKind;
  /** As Alertmanager writes them: severity="critical". All have to hold. */
  matchers?: string[];
  limit?: number;
  /** The reader's where empty. */
  language?: Language;
}
