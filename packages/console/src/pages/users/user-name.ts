/** `name` of the login name `name@domain`: how RAM's own operations are told which user. */
export function userNameOf(loginName: string): string {
  return loginName.slice(0, loginName.lastIndexOf('@'));
}

/** What a user name may consist of. */
export const userNamePattern = /^[A-Za-z0-9._-]{1,64}$/;
