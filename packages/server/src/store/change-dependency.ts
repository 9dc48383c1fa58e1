import type { Change } from './store.ts';

/**
 * Returns the name of the dependency that a change makes stale. Groups and policies may have thousands of users, so
 * a credential that is made from one of them depends on the account.
 */
export function staleByChange({ accountId, topic, subject }: Change): string {
  return topic === 'group' || topic === 'policy'
    ? dependencyName({ topic: 'account', subject: accountId })
    : dependencyName({ topic, subject });
}

/** Returns the name of a dependency of a credential: `user:200000000000000001`. */
export function dependencyName({ topic, subject }: Pick<Change, 'topic' | 'subject'>): string {
  return `${topic}:${subject}`;
}
