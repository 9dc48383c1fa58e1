import { domainSuffix } from '../accounts/create-account.ts';
import { claimProven, isClaimedByAnother, provenAt } from '../accounts/domain-claim.ts';
import type { Scope } from '../pipeline/operation.ts';
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
  const proven = domain === '' ? undefined : await provenAt(scope, domain);
  return {
    domain,
    status: await statusOf(scope, domain, proven),
    recordName: domain === '' ? '' : `_claviger.${domain}`,
    recordValue: domain === '' ? '' : `claviger-account=${scope.account.accountId}`,
    provenAt: proven,
  };
}

/**
 * Looks for the TXT record that proves an account's auxiliary domain. Whoever can write it owns the domain; it names
 * the account, so that it proves nothing for another one. A domain that was proven stays so until it is given up.
 * @throws Refusal EntityAlreadyExists.AuxiliaryDomain when another account has proven it, or has given it up lately
 */
export async function proveAuxiliaryDomain(
  scope: Scope,
): Promise<AuxiliaryDomain & { readonly fault: ProofFault | undefined }> {
  const asked = await readAuxiliaryDomain(scope);
  if (asked.status !== 'Unproven') return { ...asked, fault: undefined };
  if (isOurSuffix(asked.domain)) return { ...asked, fault: 'NotProvable' };
  const { recordName, recordValue } = asked;
  const { readTxtRecords } = scope.services;
  const records = scope.computed(`TXT ${recordName}`, () =>
    readTxtRecords(recordName).catch((error: unknown) => {
      if (error instanceof DnsUnavailable) return undefined;
      throw error;
    }),
  );
  if (records === undefined) return { ...asked, fault: 'DnsUnavailable' };
  if (!records.includes(recordValue)) {
    return { ...asked, fault: records.length === 0 ? 'RecordNotFound' : 'RecordDiffers' };
  }
  await claimProven(scope, asked.domain);
  scope.touched('ACS::RAM::UserSsoSettings', scope.account.accountId);
  return { ...(await readAuxiliaryDomain(scope)), fault: undefined };
}

/** The auxiliary domain that login names of the account may end in, in lower case; empty if there is none. */
export async function countingAuxiliaryDomain(scope: DomainScope): Promise<string> {
  const { domain, status } = await readAuxiliaryDomain(scope);
  return status === 'Proven' || status === 'Accepted' ? domain : '';
}

/** Default domains end so; they are given by this installation, and no DNS says whose they are. */
const isOurSuffix = (domain: string): boolean => domain.endsWith(domainSuffix);

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
