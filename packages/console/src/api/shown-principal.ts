/** The principal that the page shows, as the server compares it: `<AccountId>/<UserId>` or `<AccountId>/root`. */
let shown: string | undefined;

/** Returns it; undefined before the page knows who is signed in. */
export const shownPrincipal = (): string | undefined => shown;

/**
 * Notes who the page shows from now on. Every call says so, and the server refuses it when another user has signed in
 * with the same browser meanwhile.
 * @param principal of GetSession; undefined when nobody is signed in any more
 */
export function showPrincipal(
  principal: { readonly AccountId: string; readonly UserId?: string } | undefined,
): void {
  shown = principal && `${principal.AccountId}/${principal.UserId ?? 'root'}`;
}
