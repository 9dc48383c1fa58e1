import type { Queries } from '../store/store.ts';
import type { TokenIssuer } from './token-issuer.ts';

/**
 * Revocation of role sessions. Tokens are self-contained, so there is no list of sessions to delete from. Instead each
 * thing that sessions rest on has a generation, 0 at first; a token carries the generations of its issue, and is
 * refused once one of them is higher. Generations rather than instants: the clocks of several nodes differ.
 */
export type GenerationSubject = `${'account' | 'role' | 'user' | 'access-key'}:${string}`;

/** Generations by subject; 0 for what is absent. */
export type Generations = Readonly<Record<string, number>>;

/**
 * Ends the sessions of roles that rest on a subject and were opened before. The caller notes the change of the
 * subject, so that caches and guards forget them.
 * @param queries of a transaction
 * @param accountId the subject's account
 * @param now milliseconds since the epoch
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

/** Forgets the generation of a subject that is deleted for good: sessions end with it anyway. */
export async function forgetGeneration(queries: Queries, subject: GenerationSubject): Promise<void> {
  await queries.deleteFrom('session_generations').where('subject', '=', subject).execute();
}

/** Everything whose revocation ends a session. @param accountId the role's */
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
      // Ends with the provider, which is never revived: one of the same name has another id.
      case 'identity-provider':
        break;
    }
  }
  return [...subjects];
}

/** The present generations of subjects that were ever revoked. */
export async function readGenerations(
  queries: Queries,
  subjects: readonly GenerationSubject[],
): Promise<Generations> {
  const rows = await queries
    .selectFrom('session_generations')
    .select(['subject', 'generation'])
    .where('subject', 'in', subjects)
    .execute();
  return Object.fromEntries(rows.map(({ subject, generation }) => [subject, Number(generation)]));
}
