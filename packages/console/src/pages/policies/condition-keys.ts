/** Condition operators of RAM's policy language, common ones first. */
export const OPERATORS: readonly string[] = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
  'IpAddress',
  'NotIpAddress',
  'Bool',
  'DateLessThan',
  'DateLessThanEquals',
  'DateGreaterThan',
  'DateGreaterThanEquals',
  'DateEquals',
  'DateNotEquals',
  'NumericEquals',
  'NumericNotEquals',
  'NumericLessThan',
  'NumericLessThanEquals',
  'NumericGreaterThan',
  'NumericGreaterThanEquals',
];

/**
 * Condition keys for policies of users and roles, as RAM writes them. For a tag key, the name of the tag follows the
 * slash.
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
  'ram:ActsOnItself',
];
