import type { ScopedQuery } from '../scope';

export const kinds = ['events', 'counts', 'annotations'] as const;
export type CloudTrailKind = (typeof kinds)[number];

/** What CloudTrail itself can select by. */
export const attributes = [
  'EventName',
  'Username',
  'ResourceName',
  'ResourceType',
  'EventSource',
  'EventId',
  'AccessKeyId',
  'ReadOnly',
];

export const operators = ['=', '!=', '=~', '!~'] as const;
export type Operator = (typeof operators)[number];

/** A condition on one field of the event's record. */
export interface Filter {
  /** Path in the record: eventName, userIdentity.userName … */
  field: string;
  /** = and != take * for any text; =~ and !~ a regular expression over the whole value. = where empty */
  op?: Operator;
  value: string;
}

/** CloudTrail's event history. */
export interface CloudTrailQuery extends ScopedQuery {
  queryType: 'cloudtrail';
  /** events where empty */
  kind?: CloudTrailKind;
  attribute?: string;
  value?: string;
  /** All have to hold. */
  filters?: Filter[];
  /** Text anywhere in the record. */
  search?: string;
  /** Only what is not read-only. */
  changes?: boolean;
  /** Only what was refused or failed. */
  errors?: boolean;
  /** For counts: a field of the record, user, or outcome. */
  groupBy?: string;
  limit?: number;
}
