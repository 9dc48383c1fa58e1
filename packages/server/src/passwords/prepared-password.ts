import type { Lane } from '../context/fair-queue.ts';
import type { Scope } from '../pipeline/operation.ts';

/**
 * The hash of a password, in a change; computed while its transaction is not open (`Scope.computed`).
 * @param salt of the user's other passwords; undefined for a new one
 */
export function hashInChange(scope: Scope, password: string, salt: Uint8Array | undefined): string {
  const { passwordHashing, identifiers } = scope.services;
  const name = JSON.stringify([
    'hash',
    password,
    salt === undefined ? '' : Buffer.from(salt).toString('hex'),
  ]);
  return scope.computed(name, () =>
    passwordHashing.hash(laneOf(scope), password, salt ?? Buffer.from(identifiers.passwordSalt())),
  );
}

/** Whether a password is the one that was hashed, in a change; computed like its hash. */
export function verifyInChange(scope: Scope, stored: string | null, password: string): boolean {
  return scope.computed(JSON.stringify(['verify', password, stored]), () =>
    scope.services.passwordHashing.verify(laneOf(scope), stored, password),
  );
}

const laneOf = ({ account }: Scope): Lane => ({ account: account.accountId, source: 'change' });
