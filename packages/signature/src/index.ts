// For: telling who signed an Alibaba Cloud API request and whether the signature holds (ACS3, ACS4, RPC 1.0,
// ROA 1.0), and for signing such requests as the official clients do.
// Refuses to: know whose a key is or whether it may be used, remember nonces, read a clock, touch network or disk
// (signedFetch alone has the platform's fetch and clock for a default).
// Refuses too: to guess. A parameter sent twice, a header that matters and is not signed, a scheme that is not
// known are errors; a request that looks signed and is not whole is never taken for an anonymous one.
export { SIGNATURE_ERROR_CODES, SignatureError, type SignatureErrorCode } from './errors.ts';
export {
  type ExplainedCheck,
  type ExplainOptions,
  type Explanation,
  type ExplanationStep,
  explainSignature,
} from './explain/explain-signature.ts';
export type { FirstDifference } from './explain/first-difference.ts';
export { readServerMessage, type ServerMessage } from './explain/server-message.ts';
export { decodeForm, decodeParameters, type Parameters } from './parameters.ts';
export { parseSignature } from './parse.ts';
export type {
  Acs3Signature,
  Acs4Signature,
  AnonymousRequest,
  BearerRequest,
  ContentHash,
  KeySignature,
  ParsedSignature,
  RoaSignature,
  RpcSignature,
  SignatureScheme,
} from './parsed-signature.ts';
export type { RequestHead, SignedRequest } from './request.ts';
export {
  type SchemeOptions,
  type SigningCredentials,
  type SignOptions,
  signRequest,
  type UnsignedRequest,
} from './sign.ts';
export { type CredentialsProvider, type SignedFetchOptions, signedFetch } from './signed-fetch.ts';
export { type Acs4Scope, acs3Verifier, SigningKey } from './signing-key.ts';
export { DEFAULT_WINDOW_MS, formatIsoTimestamp } from './timestamp.ts';
export {
  type BareSignature,
  signatureHoldsFor,
  stringsToSign,
  type VerifiedSignature,
  type VerifyOptions,
  verifySignature,
} from './verify.ts';
