// Has to be imported first: @grafana/runtime reads it while it is loaded.
import { language, login, namedZone, role, theme } from '../address';

document.documentElement.lang = language;

Object.assign(window, {
  __grafana_public_path__: '/public/',
  grafanaBootData: {
    assets: { dark: '', light: '' },
    navTree: [],
    user: {
      login,
      name: login,
      isSignedIn: true,
      orgRole: role,
      orgId: 1,
      theme,
      lightTheme: theme === 'light',
      timezone: namedZone ?? 'browser',
      locale: language,
      language,
      regionalFormat: language,
    },
    settings: {
      appUrl: `${location.origin}/`,
      appSubUrl: '',
      buildInfo: { version: '12.4.2', commit: 'workbench', env: 'production' },
      featureToggles: {},
      unifiedAlertingEnabled: true,
    },
  },
});
