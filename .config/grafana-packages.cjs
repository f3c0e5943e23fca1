// The packages that Grafana 12.2 hands to plugins: webpack leaves them out of
// module.js, and the workbench hands out the same, with which both then have one
// React, one theme and one set of translations. There are no others: above all
// not react/jsx-runtime and not @grafana/i18n. Source: the shared dependencies of
// Grafana's plugin loader. A plugin that asks for more is not loaded.

/** What such a package exports is its default, with or without asking for it. */
const defaults = ['i18next', 'jquery', 'lodash', 'moment'];

const namespaces = [
  '@emotion/css',
  '@emotion/react',
  '@grafana/data',
  '@grafana/runtime',
  '@grafana/ui',
  '@grafana/ui/unstable',
  'd3',
  'prismjs',
  'react',
  'react-dom',
  'react-inlinesvg',
  'react-redux',
  'react-router',
  'redux',
  'rxjs',
  'rxjs/operators',
];

module.exports = { defaults, namespaces };
