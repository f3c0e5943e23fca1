// What the page's address says: ?lang= (else the browser's language counts), ?theme=, ?role=, ?login=, ?alert=1,
// ?from=&to=, ?timezone=, ?refresh=, ?var-NAME=.
const params = new URLSearchParams(location.search);

export const languages = ['en-US', 'ja-JP'] as const;
export type Language = (typeof languages)[number];

const ofBrowser: Language = navigator.language.startsWith('ja') ? 'ja-JP' : 'en-US';
export const language: Language = languages.find((l) => l === params.get('lang')) ?? ofBrowser;
export const theme: 'dark' | 'light' = params.get('theme') === 'light' ? 'light' : 'dark';
export const roles = ['Admin', 'Editor', 'Viewer'] as const;
export const role = roles.find((r) => r === params.get('role')) ?? 'Admin';
export const login = params.get('login') ?? 'admin';
/** Whether queries are asked as an alert rule asks them. */
export const asAlert = params.get('alert') === '1';
/** The time zone that the address names, if it does: utc, browser, Asia/Tokyo. */
export const namedZone = params.get('timezone') ?? undefined;
export const time = timeOf(params) ?? { from: 'now-1h', to: 'now' };

/** The time range that an address names: from and to, or a moment (time) and how much around it (time.window). */
function timeOf(of: URLSearchParams): { from: string; to: string } | undefined {
  const moment = Number(of.get('time'));
  const window = Number(of.get('time.window'));
  if (moment > 0 && window > 0) {
    return { from: String(Math.round(moment - window / 2)), to: String(Math.round(moment + window / 2)) };
  }
  const [from, to] = [of.get('from'), of.get('to')];
  return from || to ? { from: from ?? 'now-1h', to: to ?? 'now' } : undefined;
}

/** What the address says of the time, if it does. */
export const namedTime = timeOf(params);

/** Values of dashboard variables that the address names: var-region=a&var-region=b. */
export function addressVariables(): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [key, value] of params) {
    if (key.startsWith('var-')) {
      (out[key.slice('var-'.length)] ??= []).push(value);
    }
  }
  return out;
}

/** The address with some parameters changed; undefined takes one away. */
export function addressWith(path: string, change: Record<string, string | string[] | undefined>): string {
  const next = new URLSearchParams(path === location.pathname ? location.search : settings());
  if ('from' in change) {
    next.delete('time');
    next.delete('time.window');
  }
  for (const [key, value] of Object.entries(change)) {
    next.delete(key);
    for (const v of value === undefined ? [] : [value].flat()) {
      next.append(key, v);
    }
  }
  const text = next.toString();
  return text ? `${path}?${text}` : path;
}

// What stays from page to page.
function settings(): URLSearchParams {
  const kept = new URLSearchParams();
  for (const name of ['lang', 'theme', 'role', 'login', 'alert', 'timezone']) {
    const value = params.get(name);
    if (value !== null) {
      kept.set(name, value);
    }
  }
  return kept;
}

/** The refresh interval that the address names; '' is none. */
export const namedRefresh = params.get('refresh') ?? undefined;

/** One parameter of the address. */
export const parameter = (name: string) => params.get(name);

/** The workbench's own words: there are too few for a catalogue. */
export const say = (en: string, ja: string) => (language === 'ja-JP' ? ja : en);
