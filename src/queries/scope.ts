import type { DataQuery } from '@grafana/schema';
import type { Language } from './language';

/**
 * Where a query asks. Empty is the data source's own account and default region;
 * the account "all" is every account of the settings.
 */
export interface ScopedQuery extends DataQuery {
  account?: string;
  accounts?: string[];
  region?: string;
  regions?: string[];
  /** Ask AWS, whatever is kept. */
  noCache?: boolean;
  /** Of notices and errors; the reader's where empty. */
  language?: Language;
}

export type Scope = Pick<ScopedQuery, 'account' | 'accounts' | 'region' | 'regions'>;

/** The accounts that a query names, whether it names one or several. */
export function accountsOf(scope: Scope): string[] {
  return several(scope.account, scope.accounts);
}

export function regionsOf(scope: Scope): string[] {
  return several(scope.region, scope.regions);
}

/** One is kept in account and several in accounts, so that a query of one place stays easy to read as JSON. */
export function withAccounts(accounts: string[]): Scope {
  return accounts.length > 1 ? { account: undefined, accounts } : { account: accounts[0], accounts: undefined };
}

export function withRegions(regions: string[]): Scope {
  return regions.length > 1 ? { region: undefined, regions } : { region: regions[0], regions: undefined };
}

/** Whether a query may ask more than one place. */
export function asksSeveralPlaces(scope: Scope): boolean {
  const accounts = accountsOf(scope);
  return accounts.length > 1 || accounts[0] === 'all' || regionsOf(scope).length > 1;
}

function several(one: string | undefined, many: string[] | undefined): string[] {
  if (many && many.length > 0) {
    return many;
  }
  return one ? [one] : [];
}
