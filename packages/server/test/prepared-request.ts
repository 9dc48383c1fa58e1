import type { SampleEntities, UserEntity } from './sample-entities.ts';

/** A request that succeeds for whoever may make it, on things that were made for it. */
export interface Prepared {
  readonly parameters: Readonly<Record<string, string>>;
  /** The resources that the permission has to be on, all of them; none for what everybody may. */
  readonly on: readonly string[];
  /** How refusals name the resources, where the request names them by an id; as they are in `on` unless given. */
  readonly shown?: readonly string[];
  /** The action that the permission has to be for, unless it is the operation's own. */
  readonly action?: string;
  /** Those of the parameters that name something new, not something that is there. */
  readonly makes?: readonly string[];
  /** What another account is answered; unless told, that what is named does not exist. */
  readonly elsewhere?: { readonly code: string; readonly parameters?: Readonly<Record<string, string>> };
}

/**
 * Makes what a request needs.
 * @param name of what is made: of letters, digits and hyphens, and nobody else's
 */
export type Prepare = (entities: SampleEntities, name: string) => Promise<Prepared>;

/** Stands in a resource for the user that calls. */
export const caller = '{caller}';

/** A request about the account as a whole. */
export const onAccount =
  (parameters: Readonly<Record<string, string>> = {}, elsewhere?: Prepared['elsewhere']): Prepare =>
  async (entities) => ({ parameters, on: [entities.arn('*')], ...(elsewhere && { elsewhere }) });

/** A request about all things of a kind. @param kind `user`, `group` … */
export const onAll =
  (kind: string, parameters: Readonly<Record<string, string>> = {}): Prepare =>
  async (entities) => ({ parameters, on: [entities.arn(`${kind}/*`)] });

/** A request that makes a thing, which needs the permission on all of the kind. @param parameter that names it */
export const making =
  (
    kind: string,
    parameter: string,
    more: Readonly<Record<string, string>> | ((name: string) => Readonly<Record<string, string>>) = {},
  ): Prepare =>
  async (entities, name) => ({
    parameters: { [parameter]: name, ...(typeof more === 'function' ? more(name) : more) },
    on: [entities.arn(`${kind}/*`)],
    makes: [parameter],
  });

/** How a request names a user. */
export type Naming = 'UserName' | 'UserPrincipalName' | 'UserId';

/**
 * A request about one user.
 * @param make the user, with what it needs
 * @param more the other parameters
 */
export const onUser =
  (
    naming: Naming,
    more: (
      entities: SampleEntities,
      user: UserEntity,
      name: string,
    ) => Promise<Record<string, string>> = async () => ({}),
    make: (entities: SampleEntities, name: string) => Promise<UserEntity> = (entities, name) =>
      entities.user(name),
  ): Prepare =>
  async (entities, name) => {
    const user = await make(entities, name);
    return {
      parameters: { [naming]: user[naming], ...(await more(entities, user, name)) },
      on: [entities.arn(`user/${name}`)],
      ...(naming === 'UserId' && { shown: [entities.arn(`user/${user.UserId}`)] }),
    };
  };
