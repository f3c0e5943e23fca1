// The packages that Grafana 12.2 gives to plugins, and the page uses itself: both
// then have the same React, the same theme, the same translations. It gives more,
// which are not installed here, and no others: above all not react/jsx-runtime. A
// plugin that asks for one that is not in this list is not loaded.
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUI from '@grafana/ui';
import * as grafanaUIUnstable from '@grafana/ui/unstable';
import i18next, * as i18nextNamespace from 'i18next';
import jquery from 'jquery';
import lodash, * as lodashNamespace from 'lodash';
// eslint-disable-next-line no-restricted-imports -- Grafana hands it to plugins
import moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as inlineSVG from 'react-inlinesvg';
import * as rxjs from 'rxjs';
import * as operators from 'rxjs/operators';
import { share } from './loader';

// What such a package exports is its default, with or without asking for it.
const whole = (namespace: object, main: unknown) => ({ ...namespace, default: main, __useDefault: true });

export function sharePackages() {
  share({
    react,
    'react-dom': reactDom,
    'react-inlinesvg': inlineSVG,
    '@emotion/css': emotionCss,
    '@emotion/react': emotionReact,
    '@grafana/data': grafanaData,
    '@grafana/runtime': grafanaRuntime,
    '@grafana/ui': grafanaUI,
    '@grafana/ui/unstable': grafanaUIUnstable,
    rxjs,
    'rxjs/operators': operators,
    i18next: whole(i18nextNamespace, i18next),
    lodash: whole(lodashNamespace, lodash),
    moment: whole({}, moment),
    jquery: whole({}, jquery),
  });
}
