// Loads a plugin's module as Grafana does: an AMD module through SystemJS, with
// the packages that Grafana shares.
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import type { DataSourcePlugin } from '@grafana/data';

interface Loader {
  constructor: { prototype: { fetch: typeof fetch; shouldFetch: () => boolean } };
  set(id: string, module: object): void;
  addImportMap(map: { imports: Record<string, string> }): void;
  import(url: string): Promise<Loaded>;
}

// A module with a top-level await comes as a promise of itself.
interface Loaded {
  __useDefault?: boolean;
  default?: Promise<Exports>;
  plugin?: Exports['plugin'];
}

interface Exports {
  plugin: DataSourcePlugin<never, never, never>;
}

const page = window as unknown as { System: Loader; define?: unknown; __plugin_define?: unknown };

// Packages that look for AMD, and the code editor, would take `define` for
// theirs: only a plugin's module sees it.
page.__plugin_define = page.define;
delete page.define;

const loader = page.System.constructor.prototype;
const get = loader.fetch;
loader.shouldFetch = () => true;
loader.fetch = async (url, init) => {
  const response = await get(url, init);
  if (!response.ok || !response.headers.get('content-type')?.includes('javascript')) {
    return response;
  }
  const text = `(function(define){${await response.text()}\n})(window.__plugin_define);`;
  return new Response(new Blob([text], { type: 'text/javascript' }));
};

export function share(modules: Record<string, object>) {
  const imports: Record<string, string> = {};
  for (const [name, exports] of Object.entries(modules)) {
    imports[name] = `package:${name}`;
    page.System.set(`package:${name}`, exports);
  }
  page.System.addImportMap({ imports });
}

export async function loadPlugin(url: string): Promise<Exports['plugin']> {
  const loaded = await page.System.import(url);
  const plugin = (loaded.__useDefault ? await loaded.default : loaded)?.plugin;
  if (!plugin) {
    throw new Error(`${url} exports no plugin`);
  }
  return plugin;
}
