/** Owner of AccessKeys. */
export type KeyOwner =
  | { readonly kind: 'root' }
  /** Whether the owner is the caller. */
  | { readonly kind: 'self'; readonly userId: string; readonly loginName: string }
  | { readonly kind: 'user'; readonly userId: string; readonly loginName: string };

/** Returns the parameters that name the owner; none for the caller. */
export function ownerParameters(owner: KeyOwner): { readonly UserPrincipalName?: string } {
  return owner.kind === 'user' ? { UserPrincipalName: owner.loginName } : {};
}

/** Returns the parameters that name the owner to the recycle bin operations. */
export function binParameters(owner: KeyOwner): { readonly UserId?: string } {
  return owner.kind === 'root' ? {} : { UserId: owner.userId };
}
