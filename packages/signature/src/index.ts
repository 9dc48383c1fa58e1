// Verifies who signed an Alibaba Cloud API request (ACS3, ACS4, RPC 1.0, ROA 1.0), and signs requests as the
// official clients do.
//
// Does not look up keys, decide whether a key may be used, remember nonces, read a clock, or touch network or
// disk (only signedFetch defaults to the platform's fetch and clock). Does not guess either: a repeated
// parameter, an unsigned header that matters and an unknown scheme are errors, and a request with an
// incomplete signature is never treated as anonymous.
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
export { decodeForm, decodeParameters, MAX_PARAMETERS, type Parameters } from './parameters.ts';
export { type ParseOptions, parseSignature } from './parse.ts';
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
export {
  DEFAULT_WINDOW_MS,
  formatIsoTimestamp,
  ROA_WITHOUT_NONCE_WINDOW_MS,
  type TimestampWindow,
  timestampWindow,
} from './timestamp.ts';
export {
  type BareSignature,
  signatureHoldsFor,
  stringsToSign,
  type VerifiedSignature,
  type VerifyOptions,
  verifySignature,
} from './verify.ts';
