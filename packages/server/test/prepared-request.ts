import type { SampleEntities, UserEntity } from './sample-entities.ts';

/** Request on existing entities that succeeds with its permission. */
export interface Prepared {
  readonly parameters: Readonly<Record<string, string>>;
  /** Resources that the permission has to be on, all of them; none if every caller may. */
  readonly on: readonly string[];
  /** Resources as refusals name them, if the request names them by an id; default: `on`. */
  readonly shown?: readonly string[];
  /** Action of the permission, if it is not the operation's own. */
  readonly action?: string;
  /** Parameters that name a new entity, not an existing one. */
  readonly makes?: readonly string[];
  /** Answer to another account; by default that the entity does not exist. */
  readonly elsewhere?: { readonly code: string; readonly parameters?: Readonly<Record<string, string>> };
}

/**
 * Prepares a request: creates what it needs.
 * @param name of the created entities: letters, digits and hyphens, unique
 */
export type Prepare = (entities: SampleEntities, name: string) => Promise<Prepared>;

/** Placeholder in a resource for the calling user. */
export const caller = '{caller}';

/** Prepares a request about the account as a whole. */
export const onAccount =
  (parameters: Readonly<Record<string, string>> = {}, elsewhere?: Prepared['elsewhere']): Prepare =>
  async (entities) => ({ parameters, on: [entities.arn('*')], ...(elsewhere && { elsewhere }) });

/** Prepares a request about all entities of a kind. @param kind `user`, `group` … */
export const onAll =
  (kind: string, parameters: Readonly<Record<string, string>> = {}): Prepare =>
  async (entities) => ({ parameters, on: [entities.arn(`${kind}/*`)] });

/**
 * Prepares a request that creates an entity, which needs the permission on all of the kind.
 * @param parameter that names it
 */
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

/** Prepares a request that creates an entity, and needs the permission on the ARN of that entity alone. */
export const makingNamed =
  (...[kind, parameter, more]: Parameters<typeof making>): Prepare =>
  async (entities, name) => ({
    ...(await making(kind, parameter, more)(entities, name)),
    on: [entities.arn(`${kind}/${name}`)],
  });

/** Parameter by which a request names a user. */
export type Naming = 'UserName' | 'UserPrincipalName' | 'UserId';

/**
 * Prepares a request about one user.
 * @param make creates the user, with what it needs
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
