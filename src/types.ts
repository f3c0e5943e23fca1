import type { DataQuery } from '@grafana/schema';
import type { DataSourceJsonData } from '@grafana/data';

/** What jsonData of the data source holds; docs/datasource.md describes it. */
export interface Settings extends DataSourceJsonData {
  defaultRegion?: string;
}

export interface AndonQuery extends DataQuery {
  queryType: string;
}
