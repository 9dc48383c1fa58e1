/** Returns `name` of the login name `name@domain`, which RAM operations use. */
export function userNameOf(loginName: string): string {
  return loginName.slice(0, loginName.lastIndexOf('@'));
}

/** Characters of a valid user name. */
export const USER_NAME_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;
