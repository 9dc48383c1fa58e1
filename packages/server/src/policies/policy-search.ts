import { setImmediate } from 'node:timers/promises';
import { systemPolicyKeys } from '@claviger/catalogue';
import type { AccountSearch } from '../context/account-search.ts';
import type { Scope } from '../context/scope.ts';
import { readRowCount } from '../store/row-counts.ts';
import type { PolicyRow } from '../store/schema.ts';
import { type SearchedTable, type SearchMode, searchModeOf, searchRows } from '../store/searched-rows.ts';
import { customPolicy, type Policy, systemPolicy } from './policy.ts';
import { findSystemPolicy } from './system-policies.ts';

const CUSTOM_POLICIES: SearchedTable = {
  table: 'policies',
  nameKey: 'policy_name_key',
  id: 'policy_name_key',
  texts: ['description'],
  numbers: {},
};

/** What a caller searches the policies of an account for. */
export interface PolicySearch extends Pick<AccountSearch, 'text' | 'descending' | 'after' | 'limit'> {
  /** Default: both types. */
  readonly type: Policy['type'] | undefined;
}

/** Policies of a page, and how they were found. */
export interface FoundPolicies {
  readonly policies: readonly Policy[];
  readonly mode: SearchMode;
  readonly order: string;
  /** Number of policies of the type, if none is searched for. */
  readonly total: number | undefined;
}

/** Returns a page of policies, custom ones first, each type by name. System policies are searched by name only. */
export async function searchPolicies(scope: Scope, search: PolicySearch): Promise<FoundPolicies> {
  const { text, descending, limit, type } = search;
  const { accountId } = scope.account;
  const count = await readRowCount(scope.queries, accountId, 'policies');
  const mode = searchModeOf(count);
  const order = `Name${descending ? '-' : ''}`;
  const after = search.after(order);
  const reachedSystem = after.startsWith('System/');
  const key = after.slice(after.indexOf('/') + 1);
  const asked = { text, nameText: text, orderBy: 'Name', descending, limit };
  const rows =
    type === 'System' || reachedSystem
      ? []
      : await searchRows<PolicyRow>(
          scope.queries,
          accountId,
          CUSTOM_POLICIES,
          { ...asked, after: key },
          mode,
        );
  const system =
    type === 'Custom' ? [] : systemKeys(text, descending, reachedSystem ? key : '', limit - rows.length);
  const total = (type === 'System' ? 0 : count) + (type === 'Custom' ? 0 : [...systemPolicyKeys()].length);
  return {
    policies: [...rows.map(customPolicy), ...(await systemPolicies(system))],
    mode,
    order,
    total: text === '' ? total : undefined,
  };
}

function systemKeys(text: string, descending: boolean, after: string, limit: number): readonly string[] {
  const wanted = text.toLowerCase();
  const keys = [...systemPolicyKeys()].filter(
    (key) => key.includes(wanted) && (after === '' || (descending ? key < after : key > after)),
  );
  return (descending ? keys.toReversed() : keys).slice(0, limit);
}

async function systemPolicies(keys: readonly string[]): Promise<readonly Policy[]> {
  const policies: Policy[] = [];
  for (const key of keys) {
    const policy = findSystemPolicy(key);
    if (policy !== undefined) policies.push(systemPolicy(policy));
    // Other requests get their turn in between.
    if (policies.length % 100 === 0) await setImmediate();
  }
  return policies;
}
