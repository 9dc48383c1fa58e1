/** Parameters of the RPC protocol itself; every other parameter belongs to the operation. */
export const PROTOCOL_PARAMETERS: ReadonlySet<string> = new Set([
  'AccessKeyId',
  'Action',
  'BearerToken',
  'Format',
  'RegionId',
  'SecureTransport',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureType',
  'SignatureVersion',
  'SourceIp',
  'Timestamp',
  'Version',
]);
