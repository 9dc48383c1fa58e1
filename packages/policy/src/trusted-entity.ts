import { segmentsOf } from './arn.ts';
import { foldCase } from './letter-case.ts';

/** A RAM principal, or all of an account. */
export interface RamEntity {
  readonly account: string;
  /** `root`, `user/<name>` or `role/<name>`, folded: RAM compares these names without regard to case. */
  readonly relativeId: string;
}

const NAME = /^[A-Za-z0-9._-]+$/;
const ACCOUNT = /^[A-Za-z0-9_-]+$/;

/** Reads `acs:ram::<account>:root`, `…:user/<name>` or `…:role/<name>`; undefined for anything else. */
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
 * Reads the ARN under which a caller acts: as `readRamEntity`, and the ARNs of a role session
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

/** Reads the host name of a service, folded: host names have no case. */
export function readServiceEntity(name: string): string | undefined {
  return /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/.test(name) ? foldCase(name) : undefined;
}

/** Reads the ARN of an identity provider; spells it without region and folds its name, which RAM compares so. */
export function readFederatedEntity(arn: string): string | undefined {
  const segments = segmentsOf(arn);
  if (segments === undefined || segments.partition !== 'acs' || segments.service !== 'ram') return undefined;
  if (!ACCOUNT.test(segments.account)) return undefined;
  const found = /^(?:saml|oidc)-provider\/[A-Za-z0-9._-]+$/.test(segments.relativeId);
  return found ? `acs:ram::${segments.account}:${foldCase(segments.relativeId)}` : undefined;
}
