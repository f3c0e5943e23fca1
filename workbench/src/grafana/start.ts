// Makes of the page what a plugin takes for Grafana, and loads the plugin.
import {
  type DataSourceApi,
  type DataSourceInstanceSettings,
  type DataSourceJsonData,
  type DataSourcePlugin,
  type DataSourcePluginMeta,
  type DataSourceSettings,
  type GrafanaConfig,
  locationUtil,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import {
  FakeEchoSrv,
  config,
  getBackendSrv,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setTemplateSrv,
} from '@grafana/runtime';
import { packages } from 'grafana-packages';
import i18next from 'i18next';
import { uniqBy } from 'lodash';
import type { DataSourceRef } from '@grafana/schema';
import { language } from '../address';
import { backend } from './backend';
import { events } from './events';
import { loadPlugin, share } from './loader';
import { templates } from './templates';

export type Settings = DataSourceSettings<DataSourceJsonData & Record<string, unknown>>;
export type Plugin = DataSourcePlugin<DataSourceApi>;

interface Description {
  plugin: DataSourcePluginMeta;
  sources: Settings[];
  now: number;
  anchor: number;
  fixedClock: boolean;
}

export interface World {
  plugin: Plugin;
  /** The data sources as they were saved when the page was loaded. */
  sources: Settings[];
  /** The clock of the world that is asked: the machine's, or a fixed one that runs. */
  now: () => number;
  /** When the story's alarm fires. */
  anchor: number;
  /** A data source with these settings, as Grafana makes one after a save. */
  connect: (settings: Settings) => DataSourceApi;
  /** The data source of a panel or query; the first where it names none. */
  api: (ref?: DataSourceRef | string | null) => DataSourceApi;
}

export async function start(): Promise<World> {
  share(packages);
  setBackendSrv(backend);
  setTemplateSrv(templates);
  setEchoSrv(new FakeEchoSrv());
  setAppEvents(events);
  locationUtil.initialize({
    config: config as unknown as GrafanaConfig, // of which it reads appSubUrl
    getTimeRangeForUrl: () => ({ from: 'now-1h', to: 'now' }),
    getVariablesUrlParams: () => ({}),
  });
  standardTransformersRegistry.setInit(() =>
    // Two names stand for one.
    uniqBy(Object.values(standardTransformers), 'id').map((t) => ({
      id: t.id,
      name: t.name,
      transformation: t,
      editor: () => null,
      imageDark: '',
      imageLight: '',
    }))
  );

  const description: Description = await getBackendSrv().get('/api/workbench');
  const loadedAt = performance.now();
  const meta = description.plugin;
  await translate(meta.id);

  const plugin = (await loadPlugin(`/${meta.module}`)) as unknown as Plugin;
  plugin.meta = meta;
  const connected = new Map<string, { settings: DataSourceInstanceSettings; api: DataSourceApi }>();
  const connect = (source: Settings) => {
    const settings = instanceSettings(source, meta);
    const api = new plugin.DataSourceClass(settings);
    api.meta ??= meta;
    connected.set(source.uid, { settings, api });
    return api;
  };
  description.sources.forEach(connect);
  const find = (ref?: DataSourceRef | string | null) => {
    const named = templates.replace(typeof ref === 'string' ? ref : ref?.uid);
    const found = named === '' ? [...connected.values()][0] : connected.get(named);
    if (!found) {
      throw new Error(`there is no data source ${named}; there are ${[...connected.keys()].join(', ')}`);
    }
    return found;
  };
  setDataSourceSrv({
    get: async (ref) => find(ref).api,
    getList: () => [...connected.values()].map((c) => c.settings),
    getInstanceSettings: (ref) => find(ref).settings,
    reload() {},
    registerRuntimeDataSource() {},
  });
  return {
    plugin,
    sources: description.sources,
    now: () => description.now + (performance.now() - loadedAt),
    anchor: description.anchor,
    connect,
    api: (ref) => find(ref).api,
  };
}

// Before the plugin: its own copy of @grafana/i18n finds its texts in the
// i18next that it shares with the page.
async function translate(id: string) {
  await i18next.init({
    lng: language,
    fallbackLng: 'en-US',
    supportedLngs: ['en-US', 'ja-JP'],
    resources: {},
    partialBundledLanguages: true,
    returnEmptyString: false,
    ns: ['grafana', id],
    showSupportNotice: false,
  });
  await initPluginTranslations('grafana-ui');
  const texts: unknown = await getBackendSrv().get(`/public/plugins/${id}/locales/${language}/${id}.json`);
  i18next.addResourceBundle(language, id, texts, true, false);
}

function instanceSettings(source: Settings, meta: DataSourcePluginMeta): DataSourceInstanceSettings {
  return {
    id: source.id,
    uid: source.uid,
    type: source.type,
    name: source.name,
    meta,
    url: `/api/datasources/proxy/uid/${source.uid}`,
    access: 'proxy',
    readOnly: source.readOnly,
    isDefault: source.isDefault,
    jsonData: source.jsonData,
  };
}
