import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import type { Account, Secrets, Settings } from '../types';
import { validate } from './validate';
import { warnings } from './warnings';

export type ConfigProps = DataSourcePluginOptionsEditorProps<Settings, Secrets>;

/** The settings as the sections of the editor see them. */
export interface Form {
  settings: Settings;
  /** Takes what has changed; saved by "Save & test". */
  put(fields: Partial<Settings>): void;
  putAccount(index: number, fields: Partial<Account>): void;
  secret(name: keyof Secrets): SecretState;
  problem(field: string): string | undefined;
  /** What works and is unwise. */
  warning(field: string): string | undefined;
}

/** A secret is written, kept, and reset: what is kept never comes back to the browser. */
export interface SecretState {
  isKept: boolean;
  typed: string;
  change(value: string): void;
  reset(): void;
}

export function formOf({ options, onOptionsChange }: ConfigProps): Form {
  const settings = options.jsonData;
  const kept = options.secureJsonFields ?? {};
  const typed = options.secureJsonData ?? {};
  const problems = validate(settings, typed, kept);
  const unwise = warnings(settings, typed, kept);
  const put = (fields: Partial<Settings>) => onOptionsChange({ ...options, jsonData: { ...settings, ...fields } });
  const putSecret = (name: keyof Secrets, value: string, isKept: boolean) =>
    onOptionsChange({
      ...options,
      secureJsonFields: { ...kept, [name]: isKept },
      secureJsonData: { ...typed, [name]: value },
    });
  return {
    settings,
    put,
    putAccount: (index, fields) =>
      put({ accounts: settings.accounts?.map((account, i) => (i === index ? { ...account, ...fields } : account)) }),
    secret: (name) => ({
      isKept: kept[name] ?? false,
      typed: typed[name] ?? '',
      change: (value) => putSecret(name, value, kept[name] ?? false),
      reset: () => putSecret(name, '', false),
    }),
    problem: (field) => problems.find((problem) => problem.field === field)?.text,
    warning: (field) => unwise.find((warning) => warning.field === field)?.text,
  };
}
