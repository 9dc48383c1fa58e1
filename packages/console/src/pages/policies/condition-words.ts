/** The operators of RAM's policy language, the usual ones first. */
export const operators: readonly string[] = [
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
 * The condition keys that a policy of users and roles can ask for, as RAM writes them. The name of a tag follows the
 * slash of a tag key.
 */
export const conditionKeys: readonly string[] = [
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
