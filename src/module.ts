import { DataSourcePlugin } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import manifest from '../plugin.json';
import { AndonDataSource } from './datasource';
import { QueryEditor } from './editor/QueryEditor';
import { ConfigEditor } from './settings/ConfigEditor';
import type { AndonQuery, Secrets, Settings } from './types';

await initPluginTranslations(manifest.id);

export const plugin = new DataSourcePlugin<AndonDataSource, AndonQuery, Settings, Secrets>(AndonDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
