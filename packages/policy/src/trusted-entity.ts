import { segmentsOf } from './arn.ts';
import { foldCase } from './letter-case.ts';

/** RAM principal, or a whole account. */
export interface RamEntity {
  readonly account: string;
  /** `root`, `user/<name>` or `role/<name>`, folded: RAM compares these names case-insensitively. */
  readonly relativeId: string;
}

const NAME = /^[A-Za-z0-9._-]+$/;
const ACCOUNT = /^[A-Za-z0-9_-]+$/;
const SERVICE = /^(?:[0-9]{1,20}@)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;

/** Parses `acs:ram::<account>:root`, `…:user/<name>` or `…:role/<name>`; `undefined` for anything else. */
export function readRamEntity(arn: string): RamEntity | undefined {
  const segments = segmentsOf(arn);
  if (segments === undefined || segments.partition !== 'acs' || segments.service !== 'ram') return undefined;
  if (!ACCOUNT.test(segments.account)) return undefined;
  const [type, name, ...more] = segments.relativeId.split('/');
  const isRoot = segments.relativeId === 'root';
  const isNamed = (type === 'user' || type === 'role') && name !== undefined && NAME.test(name);
  if (!isRoot && (!isNamed || more.length > 0)) return undefined;
  return { account: segments.account, relativeId: foldCase(segments.relativeId) };
}

/**
 * Parses the ARN of a caller: as `readRamEntity`, and the ARNs of a role session
 * (`…:assumed-role/<role>/<session>` and `…:role/<role>/<session>`) as the role.
 */
export function readCaller(arn: string): RamEntity | undefined {
  const segments = segmentsOf(arn);
  if (segments === undefined || segments.partition !== 'acs') return undefined;
  const [type, role, session, ...more] = segments.relativeId.split('/');
  const isSession = session !== undefined && session !== '' && more.length === 0;
  const ofRole = type === 'assumed-role' || (type === 'role' && segments.service === 'ram');
  const isRamOrSts = segments.service === 'ram' || segments.service === 'sts';
  if (isSession && ofRole && isRamOrSts) return readRamEntity(`acs:ram::${segments.account}:role/${role}`);
  return readRamEntity(arn);
}

/**
 * Parses a service principal; folded, since host names are case-insensitive. `log.aliyuncs.com` is the service
 * acting for the account of the role, `<account>@log.aliyuncs.com` the same service acting for another account:
 * two principals, neither of which covers the other.
 */
export function readServiceEntity(name: string): string | undefined {
  return SERVICE.test(name) ? foldCase(name) : undefined;
}

/**
 * Parses the ARN of an identity provider; returned without region and with folded name, as RAM compares it.
 */
export function readFederatedEntity(arn: string): string | undefined {
  const segments = segmentsOf(arn);
  if (segments === undefined || segments.partition !== 'acs' || segments.service !== 'ram') return undefined;
  if (!ACCOUNT.test(segments.account)) return undefined;
  const found = /^(?:saml|oidc)-provider\/[A-Za-z0-9._-]+$/.test(segments.relativeId);
  return found ? `acs:ram::${segments.account}:${foldCase(segments.relativeId)}` : undefined;
}
