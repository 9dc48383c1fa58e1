/** A policy built into the server: the same in every account, and immutable. */
export interface SystemPolicy {
  readonly name: string;
  readonly description: string;
  /** The only version, as RAM writes it. */
  readonly version: 'v1';
  /** The policy document. */
  readonly document: string;
  /** Time of the last change of the document, ms since the epoch. */
  readonly createdAt: number;
}

/** When these documents were written; RAM's dates belong to RAM's documents. */
const CREATED_AT = Date.UTC(2026, 10, 24);

const allow = (action: string | readonly string[]) => ({ Effect: 'Allow', Action: action, Resource: '*' });

const AUDIT_READS = [
  'actiontrail:Describe*',
  'actiontrail:Get*',
  'actiontrail:List*',
  'actiontrail:LookupEvents',
];
const IDENTITY_READS = ['ram:Get*', 'ram:List*', 'ram:GenerateCredentialReport'];

/** Claviger's own actions on users and their keys, for principals that manage those. */
const CONSOLE_EXTRAS = [
  'claviger:Simulate',
  'claviger:SetAccessKeyExpiry',
  'claviger:ListAccessKeyExpiries',
  'claviger:GetAccessKeyExpiryCeiling',
  'claviger:SetAccessKeyExpiryCeiling',
  'claviger:GetUserSsoResponsePolicy',
  'claviger:SetUserSsoResponsePolicy',
];

/**
 * System policies by name in lower case.
 *
 * The documents of AliyunRAMReadOnlyAccess and AliyunSTSAssumeRoleAccess are RAM's published ones. Those of
 * AdministratorAccess, AliyunRAMFullAccess and the two of ActionTrail are made from their names, since RAM's texts
 * are not published. RAM's ReadOnlyAccess lists the read operations of all its products. Claviger does not know
 * which operations of a guarded API read, so ours covers only what Claviger answers itself.
 */
export const SYSTEM_POLICIES: ReadonlyMap<string, SystemPolicy> = new Map(
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
      allow(AUDIT_READS),
    ),
    define(
      'AliyunRAMFullAccess',
      'Everything in RAM: users, groups, roles, policies and all AccessKeys but those of the account root.',
      allow(['ram:*', 'ims:*']),
      allow(CONSOLE_EXTRAS),
      allow('accessanalyzer:*'),
    ),
    define(
      'AliyunRAMReadOnlyAccess',
      'Reading in RAM: users, groups, roles, policies, and AccessKeys without their secrets.',
      allow(IDENTITY_READS),
      allow(['accessanalyzer:Get*', 'accessanalyzer:List*']),
    ),
    define('AliyunSTSAssumeRoleAccess', 'Assuming any role that trusts the caller.', allow('sts:AssumeRole')),
    define(
      'ReadOnlyAccess',
      'Reading in everything that Claviger answers itself: RAM and ActionTrail.',
      allow([...IDENTITY_READS, ...AUDIT_READS]),
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
    createdAt: CREATED_AT,
  };
}
