// Frames as panels draw them: with their display texts, colours and links.
import {
  type DataFrame,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  FieldType,
  Registry,
  ThresholdsMode,
  applyFieldOverrides,
  cacheFieldDisplayNames,
} from '@grafana/data';
import { config } from '@grafana/runtime';
import { defaultsDeep } from 'lodash';
import { templates } from '../grafana/templates';
import { timeZone } from '../time';

// What Grafana's own panels are configured with.
const standard = [
  'displayName',
  'unit',
  'decimals',
  'min',
  'max',
  'thresholds',
  'mappings',
  'links',
  'actions',
  'color',
  'noValue',
  'description',
  'filterable',
];

/** How a time series is drawn where nothing else is said. */
const line = {
  drawStyle: 'line',
  lineWidth: 1,
  fillOpacity: 12,
  pointSize: 5,
  showPoints: 'auto',
  axisPlacement: 'auto',
  scaleDistribution: { type: 'linear' },
};

// Grafana knows each panel's options by a registry; here they are those that
// the configuration names, and none is checked.
function registryOf(source: FieldConfigSource) {
  const item = (id: string, isCustom: boolean): FieldConfigPropertyItem => ({
    id: isCustom ? `custom.${id}` : id,
    path: id,
    name: id,
    isCustom,
    editor: () => null,
    override: () => null,
    // A name may be made of the series' labels; links replace when they are followed.
    process: (value: unknown, { field, replaceVariables }) =>
      id === 'displayName' && typeof value === 'string' && replaceVariables
        ? replaceVariables(value, field?.state?.scopedVars)
        : value,
    shouldApply: () => true,
  });
  const custom = new Set(Object.keys(source.defaults.custom ?? {}));
  for (const { id } of source.overrides.flatMap((rule) => rule.properties)) {
    if (id.startsWith('custom.')) {
      custom.add(id.slice('custom.'.length));
    }
  }
  return new Registry(() => [...standard.map((id) => item(id, false)), ...[...custom].map((id) => item(id, true))]);
}

/** What Grafana takes for thresholds where a panel names none. */
const thresholds = {
  mode: ThresholdsMode.Absolute,
  steps: [
    { value: -Infinity, color: 'green' },
    { value: 80, color: 'red' },
  ],
};

// What each kind of panel takes where nothing is said.
const usual = {
  graph: { color: { mode: 'palette-classic' }, custom: line },
  stat: { color: { mode: 'thresholds' }, thresholds },
  table: { thresholds },
};

export function prepare(
  frames: DataFrame[],
  source: FieldConfigSource,
  kind: keyof typeof usual = 'table'
): DataFrame[] {
  const defaults = defaultsDeep({}, source.defaults, usual[kind]) as FieldConfigSource['defaults'];
  const fieldConfig = { defaults, overrides: source.overrides };
  const prepared = applyFieldOverrides({
    data: frames,
    fieldConfig,
    fieldConfigRegistry: registryOf(fieldConfig),
    replaceVariables: (text, scoped, format) => templates.replace(text, scoped, format),
    theme: config.theme2,
    timeZone: timeZone(),
  });
  // The first colour is the first series', not the time's.
  let series = 0;
  for (const field of prepared.flatMap((f) => f.fields)) {
    if (field.type === FieldType.number) {
      field.state = { ...field.state, seriesIndex: series++ };
    }
    // It was found before the configuration named the field otherwise.
    field.state = { ...field.state, displayName: null };
  }
  cacheFieldDisplayNames(prepared);
  return prepared;
}

export const plain: FieldConfigSource = { defaults: {}, overrides: [] };
