import type { Call } from '../pipeline/operation.ts';
import { principalName, type UserReference } from '../users/user.ts';
import { optional, type Parameter } from '../wire/parameter.ts';
import { userNameOf, userPrincipalName } from './ims/user-reference.ts';
import { userName } from './ram/user-name.ts';

/** Products that are dialects of one domain. */
export type DialectProduct = 'Ims' | 'Ram';

/** Differences between IMS and RAM in every operation family: the version, and the name of a user. */
export interface Dialect<D extends DialectProduct = DialectProduct> {
  readonly product: D;
  readonly version: string;
  /** Name of the parameter, and of the answer's field, that names a user. */
  readonly userField: 'UserPrincipalName' | 'UserName';
  /** Parameter that names a user. */
  readonly user: Readonly<Record<string, Parameter<string>>>;
  /** Optional parameter that names a user; defaults to the caller. */
  readonly optionalUser: Readonly<Record<string, Parameter<string | undefined>>>;
  /** Returns the user name without a domain that a request names; `undefined` if it names none. */
  namedUser(input: Input, call: Call): string | undefined;
  /** Returns a user name as answers have it. */
  wireUserName(userName: string, call: Call): string;
}

/** Values of an operation's parameters, among them the one that names a user. */
type Input = object;

/** IMS names a user by its login name, `name@domain`. */
export const IMS: Dialect<'Ims'> = {
  product: 'Ims',
  version: '2019-08-15',
  userField: 'UserPrincipalName',
  user: { UserPrincipalName: userPrincipalName },
  optionalUser: { UserPrincipalName: optional(userPrincipalName) },
  namedUser: (input, call) => {
    const { UserPrincipalName: given } = input as { readonly UserPrincipalName?: string };
    return given === undefined ? undefined : userNameOf(given, call);
  },
  wireUserName: (name, call) => principalName(name, call.account.defaultDomain),
};

/** RAM names a user by its user name, without a domain. */
export const RAM: Dialect<'Ram'> = {
  product: 'Ram',
  version: '2015-05-01',
  userField: 'UserName',
  user: { UserName: userName },
  optionalUser: { UserName: optional(userName) },
  namedUser: (input) => (input as { readonly UserName?: string }).UserName,
  wireUserName: (name) => name,
};

/** Returns the user that a request names; `undefined` if it names none. */
export function namedUserReference(dialect: Dialect, input: Input, call: Call): UserReference | undefined {
  const name = dialect.namedUser(input, call);
  return name === undefined ? undefined : { by: 'name', userName: name };
}

/** Returns the user that a request must name. */
export function requiredUser(
  dialect: Dialect,
  input: Input,
  call: Call,
): UserReference & { readonly by: 'name' } {
  const name = dialect.namedUser(input, call);
  // INVARIANT: only for operations whose parameter is `dialect.user`, which is required.
  if (name === undefined) throw new TypeError(`the operation has no parameter ${dialect.userField}`);
  return { by: 'name', userName: name };
}
