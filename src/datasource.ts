import { DataSourceWithBackend } from '@grafana/runtime';
import type { AndonQuery, Settings } from './types';

export class AndonDataSource extends DataSourceWithBackend<AndonQuery, Settings> {
  getDefaultQuery(): Partial<AndonQuery> {
    return { queryType: 'alarms' };
  }
}
