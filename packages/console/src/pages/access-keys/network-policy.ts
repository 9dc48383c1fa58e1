/** One list of a network access restriction policy. */
export interface NetworkStatement {
  readonly Type: 'ClassicWhiteList' | 'VPCWhiteList';
  /** Of a VPC list: its id, or `AllowAllVPC`. */
  readonly Value?: string;
  readonly IPList: readonly string[];
}

/** A network access restriction policy, of one key or of the account. */
export interface NetworkPolicy {
  readonly Version: 1;
  readonly Status: 'Active' | 'Inactive';
  readonly Statements: readonly NetworkStatement[];
}

/** RAM's limits, in GetAccountSummary as ConditionsPerAKPolicyQuota and IPItemsPerAKPolicyQuota. */
export const maxStatements = 8;
export const maxAddresses = 50;

/** The policy in an answer, where `{}` stands for one that was never set. */
export function readNetworkPolicy(document: string | undefined): NetworkPolicy {
  const { Status = 'Inactive', Statements = [] } = JSON.parse(document || '{}') as Partial<NetworkPolicy>;
  return { Version: 1, Status, Statements };
}

/** Addresses and blocks, one a line or apart by commas. */
export function addressesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((entry) => entry !== '');
}

const ipv4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/**
 * Whether it can be an address or a block. Of IPv6 only its characters are looked at: the server has the last word
 * on both.
 */
export function looksLikeAddress(entry: string): boolean {
  const parts = ipv4.exec(entry);
  if (parts) return parts.slice(1, 5).every((part) => Number(part) <= 255) && Number(parts[5] ?? 0) <= 32;
  const [, prefix] = /^[\da-f:.]*:[\da-f:.]*(?:\/(\d{1,3}))?$/i.exec(entry) ?? [undefined, '999'];
  return Number(prefix ?? 0) <= 128;
}
