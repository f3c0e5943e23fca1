import type { ScopedQuery } from '../scope';

export const kinds = [
  'inventory',
  'history',
  'annotations',
  'compliance',
  'compliance_resources',
  'counts',
  'query',
] as const;
export type ConfigKind = (typeof kinds)[number];

export const complianceTypes = ['NON_COMPLIANT', 'COMPLIANT', 'NOT_APPLICABLE', 'INSUFFICIENT_DATA'];

/** AWS Config. Fields of other kinds are left alone. */
export interface ConfigQuery extends ScopedQuery {
  queryType: 'config';
  /** inventory where empty */
  kind?: ConfigKind;
  /** As AWS::EC2::Instance; several may be separated by commas. */
  resourceType?: string;
  resourceTypes?: string[];
  resourceId?: string;
  /** Exact; not together with resourceId. */
  resourceName?: string;
  includeDeleted?: boolean;
  rules?: string[];
  complianceTypes?: string[];
  /** counts: the sum, too. */
  totals?: boolean;
  /** query: SELECT … WHERE …, without FROM */
  expression?: string;
  limit?: number;
}

export function kindOf(query: ConfigQuery): ConfigKind {
  return query.kind || 'inventory';
}

/** The resource types of a query, whichever field names them. */
export function typesOf(query: ConfigQuery): string[] {
  const one = (query.resourceType ?? '').split(',');
  return [...one, ...(query.resourceTypes ?? [])].map((type) => type.trim()).filter((type) => type !== '');
}

/** One is kept in resourceType and several in resourceTypes, so that JSON stays easy to read. */
export function withTypes(types: string[]): Partial<ConfigQuery> {
  return types.length > 1
    ? { resourceType: undefined, resourceTypes: types }
    : { resourceType: types[0], resourceTypes: undefined };
}
