import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Field, Input } from '@grafana/ui';
import type { Settings } from '../types';

export function ConfigEditor({ options, onOptionsChange }: DataSourcePluginOptionsEditorProps<Settings>) {
  return (
    <Field label={t('settings.default-region', 'Default region')}>
      <Input
        id="default-region"
        value={options.jsonData.defaultRegion ?? ''}
        onChange={(e) =>
          onOptionsChange({ ...options, jsonData: { ...options.jsonData, defaultRegion: e.currentTarget.value } })
        }
      />
    </Field>
  );
}
