/** A policy that comes with the server: the same in every account, and nobody can change it. */
export interface SystemPolicy {
  readonly name: string;
  readonly description: string;
  /** The only version there is, as RAM writes it. */
  readonly version: 'v1';
  /** The text that is answered and applied. */
  readonly document: string;
  /** When the document came to be as it is, milliseconds since the epoch. */
  readonly createdAt: number;
}

/** When these documents were written down here; RAM's own dates belong to RAM's own documents. */
const written = Date.UTC(2026, 10, 24);

const allow = (action: string | readonly string[]) => ({ Effect: 'Allow', Action: action, Resource: '*' });

const auditReads = [
  'actiontrail:Describe*',
  'actiontrail:Get*',
  'actiontrail:List*',
  'actiontrail:LookupEvents',
];
const identityReads = ['ram:Get*', 'ram:List*', 'ram:GenerateCredentialReport'];

/** What Claviger has beyond RAM about users and their keys: whoever manages those may do it. */
const consoleExtras = [
  'claviger:Simulate',
  'claviger:SetAccessKeyExpiry',
  'claviger:ListAccessKeyExpiries',
  'claviger:GetAccessKeyExpiryCeiling',
  'claviger:SetAccessKeyExpiryCeiling',
  'claviger:GetUserSsoResponsePolicy',
  'claviger:SetUserSsoResponsePolicy',
];

/**
 * The system policies, by name in lower case.
 *
 * The documents of AliyunRAMReadOnlyAccess and AliyunSTSAssumeRoleAccess are RAM's published ones. Those of
 * AdministratorAccess, AliyunRAMFullAccess and the two of ActionTrail say what their names say, since RAM's texts
 * are not published. RAM's ReadOnlyAccess is a list of the read operations of all its products; what reads and what
 * writes in an API that Claviger merely protects is not known here, so ours covers what Claviger answers itself.
 */
export const systemPolicies: ReadonlyMap<string, SystemPolicy> = new Map(
  [
    define('AdministratorAccess', 'Everything: all actions on all resources of the account.', allow('*')),
    define(
      'AliyunActionTrailFullAccess',
      'Everything in ActionTrail, the record of what was done in the account.',
      allow('actiontrail:*'),
    ),
    define(
      'AliyunActionTrailReadOnlyAccess',
      'Reading in ActionTrail, the record of what was done in the account.',
      allow(auditReads),
    ),
    define(
      'AliyunRAMFullAccess',
      'Everything in RAM: users, groups, roles, policies and all AccessKeys but those of the account root.',
      allow(['ram:*', 'ims:*']),
      allow(consoleExtras),
      allow('accessanalyzer:*'),
    ),
    define(
      'AliyunRAMReadOnlyAccess',
      'Reading in RAM: users, groups, roles, policies, and AccessKeys without their secrets.',
      allow(identityReads),
      allow(['accessanalyzer:Get*', 'accessanalyzer:List*']),
    ),
    define('AliyunSTSAssumeRoleAccess', 'Assuming any role that trusts the caller.', allow('sts:AssumeRole')),
    define(
      'ReadOnlyAccess',
      'Reading in everything that Claviger answers itself: RAM and ActionTrail.',
      allow([...identityReads, ...auditReads]),
      allow([
        'claviger:Simulate',
        'claviger:ListAccessKeyExpiries',
        'claviger:GetAccessKeyExpiryCeiling',
        'claviger:GetUserSsoResponsePolicy',
      ]),
    ),
  ].map((policy) => [policy.name.toLowerCase(), policy]),
);

function define(name: string, description: string, ...statements: readonly object[]): SystemPolicy {
  return {
    name,
    description,
    version: 'v1',
    document: JSON.stringify({ Version: '1', Statement: statements }, undefined, 2),
    createdAt: written,
  };
}
