/**
 * Principal that the page shows, in the form of the request header: `<AccountId>/<UserId>`, `<AccountId>/root` or
 * `<AccountId>/role/<RoleId>`.
 */
let displayed: string | undefined;

/** Returns the principal that the page shows; undefined before the session has been read. */
export const displayedPrincipal = (): string | undefined => displayed;

/**
 * Sets the principal that the page shows. Every call sends it, and the server refuses the call when another user has
 * signed in with the same browser.
 * @param principal from GetSession; undefined after signing out
 */
export function setDisplayedPrincipal(
  principal: { readonly AccountId: string; readonly UserId?: string; readonly RoleId?: string } | undefined,
): void {
  displayed = principal && `${principal.AccountId}/${nameOf(principal)}`;
}

function nameOf({ UserId, RoleId }: { readonly UserId?: string; readonly RoleId?: string }): string {
  return RoleId === undefined ? (UserId ?? 'root') : `role/${RoleId}`;
}
