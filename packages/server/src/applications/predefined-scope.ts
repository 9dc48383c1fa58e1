import { Refusal } from '../errors/refusal.ts';

/** Types of applications: in a browser, on a device, and without user sign-in. */
export const APPLICATION_TYPES = ['WebApp', 'NativeApp', 'ServerApp'] as const;

/** Type of an application. */
export type ApplicationType = (typeof APPLICATION_TYPES)[number];

/** An OAuth scope that an application can have. */
export interface PredefinedScope {
  readonly name: string;
  readonly description: string;
}

interface ScopeOfTypes extends PredefinedScope {
  readonly types: readonly ApplicationType[];
}

/** Scope that every application has and that cannot be removed. */
export const DEFAULT_SCOPE = 'openid';

const SIGN_IN_TYPES: readonly ApplicationType[] = ['WebApp', 'NativeApp'];

/**
 * The scopes of RAM's documentation. It says only in part which application type may have which scope. A ServerApp
 * synchronises users over SCIM and has no user sign-in, so it gets `/acs/scim` and no scope about a person.
 */
const SCOPES: readonly ScopeOfTypes[] = [
  {
    name: DEFAULT_SCOPE,
    description: 'Read the OpenID of the user. Every application has this scope.',
    types: APPLICATION_TYPES,
  },
  { name: 'aliuid', description: 'Read the account id and the user id.', types: SIGN_IN_TYPES },
  { name: 'profile', description: 'Read the name of the user.', types: SIGN_IN_TYPES },
  { name: '/acs/ccc', description: 'Call the API of Cloud Call Center.', types: SIGN_IN_TYPES },
  { name: '/acs/alidns', description: 'Call the API of Alibaba Cloud DNS.', types: SIGN_IN_TYPES },
  {
    name: '/acs/scim',
    description: 'Synchronise users over SCIM.',
    types: ['ServerApp'],
  },
  { name: '/acs/digitalstore', description: 'Call the API of Digital Store.', types: SIGN_IN_TYPES },
  {
    name: '/acs/scsp',
    description: 'Call the API of Smart Customer Service Platform.',
    types: SIGN_IN_TYPES,
  },
  { name: '/acs/cloudgame', description: 'Call the API of Cloud Gaming Platform.', types: SIGN_IN_TYPES },
  {
    name: '/acs/aiccs',
    description: 'Call the API of Artificial Intelligence Cloud Call Service.',
    types: SIGN_IN_TYPES,
  },
];

/** Returns the scopes that an application of a type may have; for `undefined`, all scopes. */
export function predefinedScopes(type: ApplicationType | undefined): readonly PredefinedScope[] {
  return type === undefined ? SCOPES : SCOPES.filter(({ types }) => types.includes(type));
}

/** Returns the description of a scope. @param name of a predefined scope */
export function scopeDescription(name: string): string {
  return SCOPES.find((scope) => scope.name === name)?.description ?? '';
}

/** Splits a list separated by semicolons into distinct names. */
export function splitNames(text: string): readonly string[] {
  const names = text.split(';').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/**
 * Returns the scopes of an application: the requested ones and the default scope.
 * @param parameterName the parameter named in the refusal
 * @throws Refusal InvalidParameter.{name}.Format for a scope that this type of application cannot have
 */
export function applicationScopes(
  type: ApplicationType,
  requested: readonly string[],
  parameterName: string,
): readonly string[] {
  const possible = new Set(predefinedScopes(type).map(({ name }) => name));
  for (const name of requested) {
    if (!possible.has(name)) throw new Refusal('InvalidParameter.FormatOf', { name: parameterName });
  }
  return [...new Set([DEFAULT_SCOPE, ...requested])];
}

/**
 * Returns the scopes of an application that cannot be left out at installation. Ignores requested names that are
 * not among its scopes.
 */
export function requiredScopes(
  scopesOfApplication: readonly string[],
  requested: readonly string[],
): readonly string[] {
  return scopesOfApplication.filter((name) => name === DEFAULT_SCOPE || requested.includes(name));
}
