import { DOMAIN_SUFFIX } from '../accounts/create-account.ts';
import { claimProvenDomain, isClaimedByAnother, readProvenAt } from '../accounts/domain-claim.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { DnsUnavailable } from './domain-records.ts';
import { readUserSsoSettings } from './user-sso-settings.ts';

/**
 * Status of an account's auxiliary domain; login names may end in it if it is `Proven` or `Accepted`.
 * `None`: there is no such domain. `Unproven`: not yet proven. `Proven`: by a DNS record. `Accepted`: the operator
 * requires no proof (`--allow-unverified-domains`), or it is the account's default domain.
 */
export type AuxiliaryDomainStatus = 'None' | 'Unproven' | 'Proven' | 'Accepted';

/** An auxiliary domain, and the DNS record that proves it. */
export interface AuxiliaryDomain {
  /** In lower case; empty if absent. */
  readonly domain: string;
  readonly status: AuxiliaryDomainStatus;
  /** Name and value of the TXT record that proves it. */
  readonly recordName: string;
  readonly recordValue: string;
  /** ms since the epoch */
  readonly provenAt: number | undefined;
}

/** Why a proof failed. */
export type ProofFault = 'RecordNotFound' | 'RecordDiffers' | 'DnsUnavailable' | 'NotProvable';

type DomainScope = Pick<Scope, 'queries' | 'account' | 'services' | 'now'>;

/** Reads the auxiliary domain of an account and its status. */
export async function readAuxiliaryDomain(scope: DomainScope): Promise<AuxiliaryDomain> {
  const { auxiliaryDomain } = await readUserSsoSettings(scope);
  const domain = auxiliaryDomain.toLowerCase();
  const provenTime = domain === '' ? undefined : await readProvenAt(scope, domain);
  return {
    domain,
    status: await statusOf(scope, domain, provenTime),
    recordName: domain === '' ? '' : `_claviger.${domain}`,
    recordValue: domain === '' ? '' : `claviger-account=${scope.account.accountId}`,
    provenAt: provenTime,
  };
}

/** TXT records of one name, read before the transaction that depends on them. */
export interface ReadRecords {
  readonly recordName: string;
  /** `undefined` if the DNS did not answer. */
  readonly records: readonly string[] | undefined;
}

/**
 * Reads the TXT records that prove an account's auxiliary domain; `undefined` if there is no domain or it needs no
 * proof.
 */
export async function readDomainRecords(scope: Scope): Promise<ReadRecords | undefined> {
  const { status, domain, recordName } = await readAuxiliaryDomain(scope);
  if (status !== 'Unproven' || isDefaultDomain(domain)) return undefined;
  try {
    return { recordName, records: await scope.services.readTxtRecords(recordName) };
  } catch (error) {
    if (error instanceof DnsUnavailable) return { recordName, records: undefined };
    throw error;
  }
}

/**
 * Proves an account's auxiliary domain by its TXT record, which only the domain's owner can write. The record names
 * the account, so that it proves nothing for another one. A proven domain stays proven until it is released.
 * @param read `readDomainRecords`
 * @throws Refusal EntityAlreadyExists.AuxiliaryDomain if another account has proven it or released it recently;
 *   ConcurrentModification if the domain changed after its records were read
 */
export async function proveAuxiliaryDomain(
  scope: Scope,
  read: ReadRecords | undefined,
): Promise<AuxiliaryDomain & { readonly fault: ProofFault | undefined }> {
  const current = await readAuxiliaryDomain(scope);
  if (current.status !== 'Unproven') return { ...current, fault: undefined };
  if (isDefaultDomain(current.domain)) return { ...current, fault: 'NotProvable' };
  const { recordName, recordValue } = current;
  if (read?.recordName !== recordName) throw new Refusal('ConcurrentModification');
  const { records } = read;
  if (records === undefined) return { ...current, fault: 'DnsUnavailable' };
  if (!records.includes(recordValue)) {
    return { ...current, fault: records.length === 0 ? 'RecordNotFound' : 'RecordDiffers' };
  }
  await claimProvenDomain(scope, current.domain);
  scope.touched('ACS::RAM::UserSsoSettings', scope.account.accountId);
  return { ...(await readAuxiliaryDomain(scope)), fault: undefined };
}

/** Returns the auxiliary domain that login names of the account may end in, in lower case; empty if absent. */
export async function effectiveAuxiliaryDomain(scope: DomainScope): Promise<string> {
  const { domain, status } = await readAuxiliaryDomain(scope);
  return status === 'Proven' || status === 'Accepted' ? domain : '';
}

/**
 * Returns whether a domain has the suffix of default domains. This installation assigns those; no DNS record says
 * whose they are.
 */
const isDefaultDomain = (domain: string): boolean => domain.endsWith(DOMAIN_SUFFIX);

async function statusOf(
  scope: DomainScope,
  domain: string,
  provenTime: number | undefined,
): Promise<AuxiliaryDomainStatus> {
  if (domain === '') return 'None';
  if (domain === scope.account.defaultDomain) return 'Accepted';
  if (isDefaultDomain(domain)) return 'Unproven';
  if (provenTime !== undefined) return 'Proven';
  if (!scope.services.allowUnverifiedDomains) return 'Unproven';
  return (await isClaimedByAnother(scope, domain)) ? 'Unproven' : 'Accepted';
}
