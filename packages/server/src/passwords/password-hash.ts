import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { FairQueue } from '../context/fair-queue.ts';
import type { PasswordHashing } from '../context/services.ts';

/** Cost of a hash; `memoryCost` in KiB. */
export interface PasswordCost {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** 19 MiB, two passes, one lane: OWASP's first choice for argon2id. */
const COST: PasswordCost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** argon2id. The package exports its names as a const enum, which is not available after compilation. */
const ALGORITHM = 2;

/** Hash without a known password. Verified if there is no stored hash, so that the answer takes as long. */
const DUMMY_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$bm8gcGFzc3dvcmQgaGVyZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Maximum number of hashes that wait for one account: some two seconds' work of one thread. */
const WAITING_PER_ACCOUNT = 64;

/**
 * Creates password hashing on libuv's threads. It leaves some threads free for files and DNS, and one core.
 * @param cost of new hashes; only tests give another one
 */
export function createPasswordHashing(cost = COST): PasswordHashing {
  const concurrency = Math.max(1, Math.min(3, availableParallelism() - 1));
  const queue = new FairQueue({
    concurrency,
    waitingPerAccount: WAITING_PER_ACCOUNT,
    refusal: 'Throttling.SignIn',
  });
  return {
    hash: (lane, password, salt) => queue.run(lane, () => hashPassword(password, salt, cost)),
    verify: (lane, stored, password) => queue.run(lane, () => verifyPassword(stored, password)),
  };
}

/**
 * Hashes a password for storage.
 * @param salt at least 8 bytes; default: random
 * @returns the PHC string (`$argon2id$…`)
 */
export function hashPassword(password: string, salt?: Uint8Array, cost = COST): Promise<string> {
  return hash(password, { ...cost, algorithm: ALGORITHM, ...(salt && { salt }) });
}

/**
 * Verifies a password against a stored hash. Without a stored hash it returns false in the same time, so that the
 * answer does not disclose which users have a password.
 * @throws Error if the stored hash is not a PHC string
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? DUMMY_HASH, password);
  return matches && stored !== null;
}

/** Returns the salt of a hash. @param stored a PHC string */
export function saltOf(stored: string): Uint8Array {
  return Buffer.from(stored.split('$')[4] ?? '', 'base64');
}

/** Returns whether two hashes have the same salt and cost, so that equal hashes mean equal passwords. */
export function isComparable(one: string, other: string): boolean {
  return one.slice(0, one.lastIndexOf('$')) === other.slice(0, other.lastIndexOf('$'));
}
