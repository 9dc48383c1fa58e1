import type { Queries } from '../store/store.ts';
import type { TokenIssuer } from './token-issuer.ts';

/**
 * Subject whose revocation ends role sessions. STS tokens are self-contained, so there is no list of sessions to
 * delete from. Instead each subject that a session depends on has a generation, initially 0; a token carries the
 * generations at its issuance, and is refused once one of them is higher. Generations instead of times: the clocks
 * of nodes differ.
 */
export type GenerationSubject = `${'account' | 'role' | 'user' | 'access-key'}:${string}`;

/** Stored beside generations: when a key became invalid, see `access-keys/role-sessions-of-key.ts`. */
export type InvalidKeySubject = `invalid-key:${string}`;

/** Generations by subject; 0 if absent. */
export type Generations = Readonly<Record<string, number>>;

/**
 * Ends the role sessions that depend on a subject and were opened before. The caller must record the change of the
 * subject, so that caches and guards are notified.
 * @param queries of a transaction
 * @param accountId the subject's account
 * @param now ms since the epoch
 */
export async function endRoleSessions(
  queries: Queries,
  accountId: string,
  subject: GenerationSubject,
  now: number,
): Promise<void> {
  await queries
    .insertInto('session_generations')
    .values({ subject, account_id: accountId, generation: 1, revoked_at: now })
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet((row) => ({
        generation: row('session_generations.generation', '+', 1),
        revoked_at: now,
      })),
    )
    .execute();
}

/** No role session lasts longer than RAM's `MaxSessionDuration`, 12 hours. */
const LONGEST_SESSION_MS = 12 * 3_600_000;

/**
 * Deletes the generation of a subject that is deleted for good, unless a session that it has ended could still be
 * within its time: role sessions may outlive their key, and would be revived.
 * @param now ms since the epoch
 */
export async function deleteGeneration(
  queries: Queries,
  subject: GenerationSubject | InvalidKeySubject,
  now: number,
): Promise<void> {
  await queries
    .deleteFrom('session_generations')
    .where('subject', '=', subject)
    .where('revoked_at', '<', now - LONGEST_SESSION_MS)
    .execute();
}

/** Returns all subjects whose revocation ends a session. @param accountId the role's */
export function subjectsOf(
  accountId: string,
  roleId: string,
  issuers: readonly TokenIssuer[],
): readonly GenerationSubject[] {
  const subjects = new Set<GenerationSubject>([`account:${accountId}`, `role:${roleId}`]);
  for (const issuer of issuers) {
    subjects.add(`account:${issuer.accountId}`);
    switch (issuer.type) {
      case 'role':
        subjects.add(`role:${issuer.roleId}`);
        break;
      case 'user':
        subjects.add(`user:${issuer.userId}`).add(`access-key:${issuer.accessKeyId}`);
        break;
      case 'console-session':
        subjects.add(`user:${issuer.userId}`);
        break;
      // Ends with the provider, which is never restored: a new one of the same name has another id.
      case 'identity-provider':
        break;
    }
  }
  return [...subjects];
}

/** Returns the current generations of the subjects that were ever revoked. */
export async function readGenerations(
  queries: Queries,
  subjects: readonly (GenerationSubject | InvalidKeySubject)[],
): Promise<Generations> {
  const rows = await queries
    .selectFrom('session_generations')
    .select(['subject', 'generation'])
    .where('subject', 'in', subjects)
    .execute();
  return Object.fromEntries(rows.map(({ subject, generation }) => [subject, Number(generation)]));
}
