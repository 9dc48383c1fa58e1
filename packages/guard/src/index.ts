/**
 * The data plane: verify who signed a request, then decide whether they may.
 *
 * It asks a `CredentialSource` for keys and never knows where they are kept; it remembers nonces and judges
 * addresses; it does not store, route, forward or answer. The control plane's own API passes through the same
 * `Guard` as any API that it protects.
 */
export {
  clientAddress,
  forwardedProto,
  parseTrustedProxies,
  type TrustedProxies,
} from './client-address.ts';
export * from './credential.ts';
export * from './guard.ts';
export * from './guard-refusal.ts';
export * from './network-policy.ts';
export * from './nonce-memory.ts';
export * from './permission-policy.ts';
export { RequestConditions, type RequestFacts } from './request-conditions.ts';
