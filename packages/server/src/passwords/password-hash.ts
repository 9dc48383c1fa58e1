import { hash, verify } from '@node-rs/argon2';

/** 19 MiB, two passes, one lane: the first choice of OWASP's password storage advice for argon2id. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** argon2id; the package declares its names for the algorithms in a way that does not outlive compilation. */
const algorithm = 2;

/** A hash that no password has: checked when there is none, so that the answer takes as long. */
const noPassword =
  '$argon2id$v=19$m=19456,t=2,p=1$bm8gcGFzc3dvcmQgaGVyZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/**
 * Hashes a password for storage, with a random salt.
 * @returns the PHC string (`$argon2id$…`), 97 characters
 */
export function hashPassword(password: string): Promise<string> {
  return hash(password, { ...cost, algorithm });
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
