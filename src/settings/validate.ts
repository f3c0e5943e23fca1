import { t } from '@grafana/i18n';
import type { KeyValue } from '@grafana/data';
import type { Problem } from '../queries/type';
import type { Account, Secrets, Settings } from '../types';
import { isAuthType } from './auth';

const rolePattern = /^arn:aws[a-z-]*:iam::(\d{12}):role\/[\w+=,.@/-]+$/;
const regionPattern = /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/;

/** Services whose endpoint can be set, by their names in endpoints. */
export const services = ['cloudwatch', 'logs', 'cloudtrail', 'config', 'sts'];

/** What is wrong with the settings, by the rules of the back end. */
export function validate(settings: Settings, secrets: Secrets, kept: KeyValue<boolean>): Problem[] {
  const has = (name: keyof Secrets) => Boolean(kept[name] || secrets[name]);
  const problems: Problem[] = [];
  const add = (field: string, text: string | undefined) => text && problems.push({ field, text });

  if (!isAuthType(settings.authType)) {
    const text = t('settings.problem.auth', '{{- value}} is not known: choose one', { value: settings.authType });
    add('authType', text);
  }
  if (settings.authType === 'keys') {
    add('accessKey', has('accessKey') ? undefined : needed());
    add('secretKey', has('secretKey') ? undefined : needed());
  }
  add('assumeRoleArn', settings.assumeRoleArn ? roleProblem(settings.assumeRoleArn) : undefined);
  add('defaultRegion', settings.defaultRegion ? regionProblem(settings.defaultRegion) : undefined);
  if (settings.tlsAuthWithCACert) {
    add('tlsCACert', has('tlsCACert') ? certificateProblem(secrets.tlsCACert) : needed());
  }
  add('endpoint', settings.endpoint ? urlProblem(settings.endpoint, true) : undefined);
  for (const service of services) {
    const url = settings.endpoints?.[service];
    add(`endpoints.${service}`, url ? urlProblem(url, true) : undefined);
  }
  (settings.accounts ?? []).forEach((account, index, all) => problems.push(...accountProblems(account, index, all)));
  add('bridgeUrl', settings.bridgeUrl ? urlProblem(settings.bridgeUrl, false) : undefined);
  add('boardUrl', settings.boardUrl ? urlProblem(settings.boardUrl, false) : undefined);
  if (!settings.bridgeUrl && has('bridgeToken')) {
    add('bridgeUrl', t('settings.problem.bridge', 'There is a token, but no URL'));
  }
  return problems;
}

function accountProblems(account: Account, index: number, all: Account[]): Problem[] {
  const at = `accounts[${index}]`;
  const problems: Problem[] = [];
  const role = account.roleArn ? roleProblem(account.roleArn) : needed();
  if (role) {
    problems.push({ field: `${at}.roleArn`, text: role });
  }
  const name = nameOf(account);
  if (name === 'default' || name === 'all') {
    const text = t('settings.problem.name-reserved', '{{- name}} has a meaning of its own', { name });
    problems.push({ field: `${at}.name`, text });
  } else if (name && all.findIndex((other) => nameOf(other) === name) < index) {
    problems.push({
      field: `${at}.name`,
      text: t('settings.problem.name-twice', '{{- name}} is used twice', { name }),
    });
  }
  const region = account.regions?.find((value) => regionProblem(value) !== undefined);
  if (region !== undefined) {
    problems.push({ field: `${at}.regions`, text: `${region}: ${regionProblem(region)}` });
  }
  return problems;
}

/** The name of an account in queries: its id where it has none. */
function nameOf({ name, accountId, roleArn }: Account): string {
  return name || accountId || rolePattern.exec(roleArn ?? '')?.[1] || '';
}

function needed(): string {
  return t('settings.problem.needed', 'Needed');
}

function roleProblem(arn: string): string | undefined {
  if (rolePattern.test(arn)) {
    return undefined;
  }
  return t('settings.problem.role', 'Not the ARN of a role, as arn:aws:iam::123456789012:role/name');
}

function regionProblem(region: string): string | undefined {
  return regionPattern.test(region) ? undefined : t('settings.problem.region', 'Not a region, as ap-northeast-1');
}

function certificateProblem(pem: string | undefined): string | undefined {
  // A certificate that is kept already is not known here.
  if (!pem || /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem)) {
    return undefined;
  }
  return t('settings.problem.certificate', 'Not a certificate in PEM form (-----BEGIN CERTIFICATE-----)');
}

/** templated: {service} and {region} are filled in, and https:// may be left out. */
function urlProblem(text: string, templated: boolean): string | undefined {
  let filled = text.trim();
  if (templated) {
    filled = filled.replaceAll('{service}', 'service').replaceAll('{region}', 'region');
    if (/[{}]/.test(filled)) {
      return t('settings.problem.url-template', 'Only {service} and {region} are filled in');
    }
    filled = filled.includes('://') ? filled : `https://${filled}`;
  }
  let url: URL;
  try {
    url = new URL(filled);
  } catch {
    return t('settings.problem.url', 'Not a URL, as https://host');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return t('settings.problem.url-scheme', 'Has to begin with https:// or http://');
  }
  if (url.username || url.password) {
    return t('settings.problem.url-user', 'No user or password in a URL');
  }
  if (url.search || url.hash) {
    return t('settings.problem.url-query', 'No ? or # in this URL');
  }
  return undefined;
}
