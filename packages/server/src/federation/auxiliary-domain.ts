import { DOMAIN_SUFFIX } from '../accounts/create-account.ts';
import { claimProvenDomain, isClaimedByAnother, readProvenAt } from '../accounts/domain-claim.ts';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { DnsUnavailable } from './domain-records.ts';
import { readUserSsoSettings } from './user-sso-settings.ts';

/**
 * Whether login names of an account may end in its auxiliary domain.
 * `None`: it has no such domain. `Unproven`: not yet. `Proven`: the DNS of the domain said so. `Accepted`: the operator
 * asks for no proof (`--allow-unverified-domains`), or it is the account's default domain.
 */
export type AuxiliaryDomainStatus = 'None' | 'Unproven' | 'Proven' | 'Accepted';

/** An auxiliary domain, and how its owner proves that it is the account's. */
export interface AuxiliaryDomain {
  /** In lower case; empty if there is none. */
  readonly domain: string;
  readonly status: AuxiliaryDomainStatus;
  /** The name and the value of the TXT record that proves it. */
  readonly recordName: string;
  readonly recordValue: string;
  /** Milliseconds since the epoch. */
  readonly provenAt: number | undefined;
}

/** Why a proof did not succeed. */
export type ProofFault = 'RecordNotFound' | 'RecordDiffers' | 'DnsUnavailable' | 'NotProvable';

type DomainScope = Pick<Scope, 'queries' | 'account' | 'services' | 'now'>;

/** The auxiliary domain of an account, and whether it counts. */
export async function readAuxiliaryDomain(scope: DomainScope): Promise<AuxiliaryDomain> {
  const { auxiliaryDomain } = await readUserSsoSettings(scope);
  const domain = auxiliaryDomain.toLowerCase();
  const proven = domain === '' ? undefined : await readProvenAt(scope, domain);
  return {
    domain,
    status: await statusOf(scope, domain, proven),
    recordName: domain === '' ? '' : `_claviger.${domain}`,
    recordValue: domain === '' ? '' : `claviger-account=${scope.account.accountId}`,
    provenAt: proven,
  };
}

/** TXT records of one name, read before the transaction that depends on them. */
export interface ReadRecords {
  readonly recordName: string;
  /** `undefined` if the DNS did not answer. */
  readonly records: readonly string[] | undefined;
}

/** Reads the TXT records that prove an account's auxiliary domain; `undefined` if it needs no proof, or has none. */
export async function readDomainRecords(scope: Scope): Promise<ReadRecords | undefined> {
  const { status, domain, recordName } = await readAuxiliaryDomain(scope);
  if (status !== 'Unproven' || isOurSuffix(domain)) return undefined;
  try {
    return { recordName, records: await scope.services.readTxtRecords(recordName) };
  } catch (error) {
    if (error instanceof DnsUnavailable) return { recordName, records: undefined };
    throw error;
  }
}

/**
 * Proves an account's auxiliary domain by its TXT record, which only the domain's owner can write. The record names
 * the account, so that it proves nothing for another one. A proven domain stays proven until it is given up.
 * @param read `readDomainRecords`
 * @throws Refusal EntityAlreadyExists.AuxiliaryDomain when another account has proven it, or has given it up lately;
 *   ConcurrentModification when the domain was changed after its records were read
 */
export async function proveAuxiliaryDomain(
  scope: Scope,
  read: ReadRecords | undefined,
): Promise<AuxiliaryDomain & { readonly fault: ProofFault | undefined }> {
  const asked = await readAuxiliaryDomain(scope);
  if (asked.status !== 'Unproven') return { ...asked, fault: undefined };
  if (isOurSuffix(asked.domain)) return { ...asked, fault: 'NotProvable' };
  const { recordName, recordValue } = asked;
  if (read?.recordName !== recordName) throw new Refusal('ConcurrentModification');
  const { records } = read;
  if (records === undefined) return { ...asked, fault: 'DnsUnavailable' };
  if (!records.includes(recordValue)) {
    return { ...asked, fault: records.length === 0 ? 'RecordNotFound' : 'RecordDiffers' };
  }
  await claimProvenDomain(scope, asked.domain);
  scope.touched('ACS::RAM::UserSsoSettings', scope.account.accountId);
  return { ...(await readAuxiliaryDomain(scope)), fault: undefined };
}

/** The auxiliary domain that login names of the account may end in, in lower case; empty if there is none. */
export async function countingAuxiliaryDomain(scope: DomainScope): Promise<string> {
  const { domain, status } = await readAuxiliaryDomain(scope);
  return status === 'Proven' || status === 'Accepted' ? domain : '';
}

/** Default domains end so; they are given by this installation, and no DNS says whose they are. */
const isOurSuffix = (domain: string): boolean => domain.endsWith(DOMAIN_SUFFIX);

async function statusOf(
  scope: DomainScope,
  domain: string,
  proven: number | undefined,
): Promise<AuxiliaryDomainStatus> {
  if (domain === '') return 'None';
  if (domain === scope.account.defaultDomain) return 'Accepted';
  if (isOurSuffix(domain)) return 'Unproven';
  if (proven !== undefined) return 'Proven';
  if (!scope.services.allowUnverifiedDomains) return 'Unproven';
  return (await isClaimedByAnother(scope, domain)) ? 'Unproven' : 'Accepted';
}
