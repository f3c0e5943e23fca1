import type { DataQuery } from '@grafana/schema';

export const kinds = ['alerts', 'towers', 'history', 'counts', 'annotations'] as const;
/** Of notes and annotations. */
export const languages = ['en', 'ja'] as const;
export type NoteLanguage = (typeof languages)[number];
export type BoardKind = (typeof kinds)[number];

/** The board of Andon's bridge. */
export interface BoardQuery extends DataQuery {
  queryType: 'andon';
  /** alerts where empty */
  kind?: BoardKind;
  /** As Alertmanager writes them: severity="critical". All have to hold. */
  matchers?: string[];
  limit?: number;
  /** en where empty */
  language?: NoteLanguage;
}
