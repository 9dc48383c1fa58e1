import { SigningKey } from '@claviger/signature';

/**
 * Creates the key that a guard verifies with.
 *
 * @param verifier 64 bytes, which are overwritten; null: a key under which no signature is valid, so that
 *   the control plane is asked
 */
export function keyOfVerifier(verifier: Buffer | null): SigningKey {
  if (verifier === null) return SigningKey.fromNothing();
  const key = SigningKey.fromAcs3Verifier(verifier);
  verifier.fill(0);
  return key;
}
