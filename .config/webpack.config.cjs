// Builds dist/ as Grafana loads it: one AMD module, its translations, and the
// files that go with a plugin. Two builds of one commit give the same bytes.
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const CopyPlugin = require('copy-webpack-plugin');
const webpack = require('webpack');

const root = path.join(__dirname, '..');
const packageJson = require('../package.json');
const plugin = require('../plugin.json');
const grafanaPackages = require('./grafana-packages.cjs');

// updated is the day of the commit, so that a later build of it does not differ;
// outside a checkout it is the day that plugin.json names.
function updated() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const top = execFileSync('git', ['rev-parse', '--show-toplevel'], options).trim();
    if (path.relative(top, root) !== '') {
      return plugin.info.updated; // unpacked inside somebody else's checkout
    }
    return execFileSync('git', ['log', '-1', '--format=%cs'], options).trim() || plugin.info.updated;
  } catch {
    return plugin.info.updated;
  }
}

function stamped(content) {
  const json = JSON.parse(content.toString());
  json.info = { ...json.info, version: packageJson.version, updated: updated() };
  return JSON.stringify(json, null, 2) + '\n';
}

module.exports = (_env, { mode }) => ({
  mode,
  context: root,
  devtool: mode === 'production' ? 'source-map' : 'eval-source-map',
  entry: { module: './src/module.ts' },
  target: ['web', 'es2020'],
  experiments: { topLevelAwait: true },
  output: {
    path: path.join(root, 'dist'),
    filename: '[name].js',
    library: { type: 'amd' },
    publicPath: `public/plugins/${plugin.id}/`,
    uniqueName: plugin.id,
    // The back end's programs are built into the same folder.
    clean: { keep: /gpx_|go_plugin_build_manifest/ },
  },
  // Other parts of Grafana's packages are never ours to bundle.
  externals: [...grafanaPackages.defaults, ...grafanaPackages.namespaces, /^@grafana\/(ui|runtime|data)\//],
  resolve: {
    extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    // Grafana 12.2 does not hand it out, and React's own belongs to one version of React.
    alias: { 'react/jsx-runtime$': path.join(root, 'src', 'jsxRuntime.ts') },
  },
  module: {
    rules: [
      {
        test: /\.tsx?$/,
        exclude: /node_modules/,
        loader: 'swc-loader',
        options: {
          jsc: {
            target: 'es2020',
            parser: { syntax: 'typescript', tsx: true },
            // With development it would be react/jsx-dev-runtime, which Grafana 12.2 does not hand out either.
            transform: { react: { runtime: 'automatic', development: false } },
          },
        },
      },
    ],
  },
  plugins: [
    // Only for a pseudo language of developers; it would become a second file.
    new webpack.IgnorePlugin({ resourceRegExp: /^i18next-pseudo$/ }),
    new CopyPlugin({
      patterns: [
        { from: 'plugin.json', transform: stamped },
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        { from: 'img', to: 'img' },
        { from: 'locales', to: 'locales' },
        { from: 'provisioning/grafana/dashboards/*.json', to: 'dashboards/[name][ext]', noErrorOnMissing: true },
      ],
    }),
  ],
  performance: { maxAssetSize: 600_000, maxEntrypointSize: 600_000 },
});
