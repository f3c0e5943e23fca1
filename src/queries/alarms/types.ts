import type { ScopedQuery } from '../scope';

export const kinds = ['table', 'counts', 'history', 'annotations'] as const;
export type AlarmsKind = (typeof kinds)[number];

/** The worst first. */
export const states = ['ALARM', 'INSUFFICIENT_DATA', 'OK'];
export const alarmTypes = ['metric', 'composite'];

/** CloudWatch's alarms. All conditions have to hold. */
export interface AlarmsQuery extends ScopedQuery {
  queryType: 'alarms';
  /** table where empty */
  kind?: AlarmsKind;
  names?: string[];
  prefix?: string;
  types?: string[];
  states?: string[];
  search?: string;
  limit?: number;
}
