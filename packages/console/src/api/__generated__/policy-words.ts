// Generated from packages/policy by `npm run generate:api`; do not edit.

/** Condition operators of RAM's policy language. */
export const OPERATORS: readonly string[] = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'Bool',
  'IpAddress',
  'NotIpAddress',
  'IpAddressIncludeBorder',
  'NotIpAddressIncludeBorder',
  'Null',
  'ForAnyValue:StringEquals',
  'ForAnyValue:StringLike',
  'ForAllValues:StringEquals',
  'ForAllValues:StringLike',
];

/**
 * Condition keys for policies of users and roles, as RAM writes them. For a tag key, the name of the tag follows
 * the slash.
 */
export const CONDITION_KEYS: readonly string[] = [
  'acs:SourceIp',
  'acs:CurrentTime',
  'acs:SecureTransport',
  'acs:MFAPresent',
  'acs:PrincipalARN',
  'acs:PrincipalTag/',
  'acs:SourceVpc',
  'acs:VpcSourceIp',
  'acs:RequestTag/',
  'acs:ResourceTag/',
  'sts:ExternalId',
  'sts:SourceIdentity',
  'ram:TrustedPrincipalTypes',
  'ram:ServiceNames',
  'ram:ServiceName',
  'ram:ActsOnItself',
];
