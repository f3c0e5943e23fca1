import { t } from '@grafana/i18n';
import type { KeyValue } from '@grafana/data';
import type { Problem } from '../queries/type';
import type { Secrets, Settings } from '../types';

/** What works and is unwise. */
export function warnings({ bridgeUrl }: Settings, secrets: Secrets, kept: KeyValue<boolean>): Problem[] {
  const host = kept.bridgeToken || secrets.bridgeToken ? clearHost(bridgeUrl) : undefined;
  if (host === undefined) {
    return [];
  }
  const text = t(
    'settings.warning.clear-token',
    'The token goes to {{- host}} unencrypted, and can be read on the way: use https://',
    { host }
  );
  return [{ field: 'bridgeUrl', text }];
}

/** The host that is reached without encryption over a network; undefined for this machine itself. */
function clearHost(text: string | undefined): string | undefined {
  let url: URL;
  try {
    url = new URL(text ?? '');
  } catch {
    return undefined; // which is a mistake of its own
  }
  const isHere = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'http:' && !isHere ? url.hostname : undefined;
}
