// Builds the workbench's page into workbench/out: npm run workbench:build.
// With --watch it builds again at each change.
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import grafanaPackages from '../.config/grafana-packages.cjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'out');

// Packages that Babel made of ES modules: imported from one, they would give
// {default} in place of what they export.
const babelInterop = {
  name: 'babel-interop',
  setup(build) {
    const filter =
      /^(react-custom-scrollbars-2|react-highlight-words|calculate-size|@rc-component\/picker\/lib\/.*|react-use\/lib\/.*)$/;
    build.onResolve({ filter }, (a) =>
      a.namespace === 'interop' ? undefined : { path: a.path, namespace: 'interop', pluginData: a.resolveDir }
    );
    build.onLoad({ filter: /.*/, namespace: 'interop' }, (a) => ({
      resolveDir: a.pluginData,
      loader: 'js',
      contents: `export * from ${JSON.stringify(a.path)}; export { default } from ${JSON.stringify(a.path)};`,
    }));
  },
};

// The module grafana-packages: all that Grafana hands to plugins, by name.
const packages = {
  name: 'grafana-packages',
  setup(build) {
    const { defaults, namespaces } = grafanaPackages;
    const names = [...defaults, ...namespaces];
    const imports = names.map((name, i) => `import * as p${i} from ${JSON.stringify(name)};`);
    const entries = names.map((name, i) => {
      const whole = defaults.includes(name) ? `{ ...p${i}, default: p${i}.default, __useDefault: true }` : `p${i}`;
      return `  ${JSON.stringify(name)}: ${whole},`;
    });
    const contents = [...imports, 'export const packages = {', ...entries, '};'].join('\n');
    build.onResolve({ filter: /^grafana-packages$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'grafana-packages',
    }));
    build.onLoad({ filter: /.*/, namespace: 'grafana-packages' }, () => ({ contents, resolveDir: here }));
  },
};

const options = {
  entryPoints: { main: path.join(here, 'src', 'main.tsx') },
  outdir: out,
  bundle: true,
  format: 'esm',
  splitting: true,
  minify: true,
  target: 'es2022',
  jsx: 'automatic',
  mainFields: ['browser', 'module', 'main'],
  define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
  loader: { '.ttf': 'dataurl', '.woff': 'dataurl', '.woff2': 'dataurl', '.png': 'dataurl', '.svg': 'dataurl' },
  plugins: [babelInterop, packages],
  metafile: true,
  logLevel: 'warning',
  logOverride: { 'package.json': 'silent' }, // of packages, which are as they are
};

// The code editor is loaded when it is needed, and has styles of its own that
// esbuild does not link: the page links them. Those of its languages are the same.
async function writePage(metafile) {
  const styles = Object.keys(metafile.outputs)
    .filter((file) => /\/(main|ReactMonacoEditor-\w+)\.css$/.test(file))
    .map((file) => `<link rel="stylesheet" href="/workbench/${path.relative(out, path.resolve(file))}">`)
    .sort();
  const page = await readFile(path.join(here, 'index.html'), 'utf8');
  await writeFile(path.join(out, 'index.html'), page.replace('<!-- styles -->', styles.join('\n    ')));
}

// What an earlier build left would stay for ever: names change with the content.
await rm(out, { recursive: true, force: true });
if (process.argv.includes('--watch')) {
  const page = { name: 'page', setup: (build) => build.onEnd((r) => r.metafile && writePage(r.metafile)) };
  const context = await esbuild.context({ ...options, plugins: [...options.plugins, page] });
  await context.watch();
} else {
  const result = await esbuild.build(options);
  await writePage(result.metafile);
}
