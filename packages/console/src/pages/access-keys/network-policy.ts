/** Address list of a network policy. */
export interface NetworkStatement {
  readonly Type: 'ClassicWhiteList' | 'VPCWhiteList';
  /** VPC ID or `AllowAllVPC`, for a VPC list. */
  readonly Value?: string;
  readonly IPList: readonly string[];
}

/** Network policy of a key or of the account. */
export interface NetworkPolicy {
  readonly Version: 1;
  readonly Status: 'Active' | 'Inactive';
  readonly Statements: readonly NetworkStatement[];
}

/** Limits of RAM: ConditionsPerAKPolicyQuota and IPItemsPerAKPolicyQuota of GetAccountSummary. */
export const MAX_STATEMENTS = 8;
export const MAX_ADDRESSES = 50;

/** Parses the policy of an answer, in which `{}` means that none was set. */
export function readNetworkPolicy(document: string | undefined): NetworkPolicy {
  const { Status = 'Inactive', Statements = [] } = JSON.parse(document || '{}') as Partial<NetworkPolicy>;
  return { Version: 1, Status, Statements };
}

/** Whether a policy was set: it lists addresses, or is in force with an empty list. */
export function isRestricting({ Status, Statements }: NetworkPolicy): boolean {
  return Statements.length > 0 || Status === 'Active';
}

/** Splits a text into addresses and CIDR blocks, by lines or commas. */
export function addressesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((entry) => entry !== '');
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/**
 * Whether a text can be an address or a CIDR block. For IPv6 only the characters are checked; the server validates
 * both.
 */
export function looksLikeAddress(entry: string): boolean {
  const parts = IPV4.exec(entry);
  if (parts) return parts.slice(1, 5).every((part) => Number(part) <= 255) && Number(parts[5] ?? 0) <= 32;
  const [, prefix] = /^[\da-f:.]*:[\da-f:.]*(?:\/(\d{1,3}))?$/i.exec(entry) ?? [undefined, '999'];
  return Number(prefix ?? 0) <= 128;
}
