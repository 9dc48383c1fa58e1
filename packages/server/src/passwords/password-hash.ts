import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { FairQueue } from '../context/fair-queue.ts';
import type { PasswordHashing } from '../context/services.ts';

/** 19 MiB, two passes, one lane: the first choice of OWASP's password storage advice for argon2id. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** argon2id; the package declares its names for the algorithms in a way that does not outlive compilation. */
const algorithm = 2;

/** A hash that no password has: checked when there is none, so that the answer takes as long. */
const noPassword =
  '$argon2id$v=19$m=19456,t=2,p=1$bm8gcGFzc3dvcmQgaGVyZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** Most hashes that wait for one account: some two seconds' worth of one thread. */
const waitingPerAccount = 64;

/** Hashes passwords on the threads of libuv, of which some stay free for files and names; and so does one core. */
export function queuedPasswordHashing(): PasswordHashing {
  const concurrency = Math.max(1, Math.min(3, availableParallelism() - 1));
  const queue = new FairQueue({ concurrency, waitingPerAccount, refusal: 'Throttling.SignIn' });
  return {
    hash: (lane, password, salt) => queue.run(lane, () => hashPassword(password, salt)),
    verify: (lane, stored, password) => queue.run(lane, () => verifyPassword(stored, password)),
  };
}

/**
 * Hashes a password for storage.
 * @param salt at least 8 bytes; random unless given
 * @returns the PHC string (`$argon2id$…`)
 */
export function hashPassword(password: string, salt?: Uint8Array): Promise<string> {
  return hash(password, { ...cost, algorithm, ...(salt && { salt }) });
}

/**
 * Whether `password` is the one that was hashed. With no stored hash the answer is false and takes as long as any
 * other, so that it does not tell who has a password.
 * @throws Error when the stored hash is not a PHC string
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? noPassword, password);
  return matches && stored !== null;
}

/** The salt that a hash was made with. @param stored a PHC string */
export function saltOf(stored: string): Uint8Array {
  return Buffer.from(stored.split('$')[4] ?? '', 'base64');
}

/** Whether two hashes can be compared with each other: the same salt, and the same cost. */
export function isComparable(one: string, other: string): boolean {
  return one.slice(0, one.lastIndexOf('$')) === other.slice(0, other.lastIndexOf('$'));
}
