import type { DataSourceJsonData } from '@grafana/data';
import type { BoardQuery } from './queries/andon/types';
import type { AlarmsQuery } from './queries/alarms/types';
import type { CloudTrailQuery } from './queries/cloudtrail/types';
import type { ConfigQuery } from './queries/config/types';
import type { LogsQuery } from './queries/logs/types';
import type { MetricsQuery } from './queries/metrics/types';

/** A query as it is saved and sent, told apart by its queryType. docs/datasource.md describes every field. */
export type AndonQuery = MetricsQuery | LogsQuery | AlarmsQuery | CloudTrailQuery | ConfigQuery | BoardQuery;

/** The types that new queries may have. */
export type FirstType = 'alarms' | 'andon';

/** The fields of a query without the place that it has in its panel. */
export type Fields<Q> = Q extends unknown ? Omit<Q, 'refId' | 'datasource' | 'hide' | 'key'> : never;

/** Where credentials come from. */
export type AuthType = 'default' | 'credentials' | 'keys' | 'ec2_iam_role';

/** One more account, reached by assuming a role in it. */
export interface Account {
  name?: string;
  accountId?: string;
  roleArn?: string;
  externalId?: string;
  regions?: string[];
}

/** What jsonData holds. Names are those of Grafana's CloudWatch data source where it has them. */
export interface Settings extends DataSourceJsonData {
  /** Also "arn" and "sharedCreds", as old files of the CloudWatch data source have them. */
  authType?: string;
  profile?: string;
  assumeRoleArn?: string;
  externalId?: string;
  defaultRegion?: string;
  /** With commas: namespaces to choose from besides those that AWS lists. */
  customMetricsNamespaces?: string;
  /** Of queries that name none; older data sources of CloudWatch have names alone. */
  logGroups?: Array<{ name?: string; arn?: string } | string>;
  defaultLogGroups?: string[];
  accounts?: Account[];
  endpoint?: string;
  endpoints?: Record<string, string>;
  tlsAuthWithCACert?: boolean;
  bridgeUrl?: string;
  /** The board as browsers reach it; bridgeUrl where empty. */
  boardUrl?: string;
}

/** What secureJsonData holds: written, never read back. */
export interface Secrets {
  accessKey?: string;
  secretKey?: string;
  sessionToken?: string;
  tlsCACert?: string;
  bridgeToken?: string;
}
