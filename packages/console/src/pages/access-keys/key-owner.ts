/** Whose AccessKeys they are. */
export type KeyOwner =
  | { readonly kind: 'root' }
  /** Whoever is signed in. */
  | { readonly kind: 'self'; readonly userId: string; readonly loginName: string }
  | { readonly kind: 'user'; readonly userId: string; readonly loginName: string };

/** How the operations on AccessKeys are told whose: without a name they are the caller's own. */
export function ownerParameters(owner: KeyOwner): { readonly UserPrincipalName?: string } {
  return owner.kind === 'user' ? { UserPrincipalName: owner.loginName } : {};
}

/** How the operations on the recycle bin are told whose. */
export function binParameters(owner: KeyOwner): { readonly UserId?: string } {
  return owner.kind === 'root' ? {} : { UserId: owner.userId };
}
