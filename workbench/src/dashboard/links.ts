import { locationUtil } from '@grafana/data';
import { templates } from '../grafana/templates';
import type { Link } from './model';

/** A dashboard's or panel's link, with variables and time where it keeps them. */
export function hrefOf(link: Link): string {
  const kept = [link.keepTime ? '${__url_time_range}' : '', link.includeVars ? '${__all_variables}' : ''].filter(
    (t) => t !== ''
  );
  const url = link.url ?? '';
  const whole = kept.length === 0 ? url : url + (url.includes('?') ? '&' : '?') + kept.join('&');
  return locationUtil.processUrl(templates.replace(whole, {}, 'uriencode'));
}
