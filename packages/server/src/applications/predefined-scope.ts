import { Refusal } from '../errors/refusal.ts';

/** The kinds of applications: in a browser, on a device, without anybody signing in. */
export const applicationTypes = ['WebApp', 'NativeApp', 'ServerApp'] as const;

/** One of the kinds of applications. */
export type ApplicationType = (typeof applicationTypes)[number];

/** What an application may be allowed to see or reach. */
export interface PredefinedScope {
  readonly name: string;
  readonly description: string;
}

interface ScopeOfTypes extends PredefinedScope {
  readonly types: readonly ApplicationType[];
}

/** Every application has it, and nobody can take it away. */
export const defaultScope = 'openid';

const withSignIn: readonly ApplicationType[] = ['WebApp', 'NativeApp'];

/**
 * The scopes that RAM's documentation lists. Which type may have which it says only in part: a ServerApp is there to
 * synchronise users over SCIM and nobody signs in to it, so it gets that and nothing about a person.
 */
const scopes: readonly ScopeOfTypes[] = [
  {
    name: defaultScope,
    description: 'Read the OpenID of the user. Every application has this scope.',
    types: applicationTypes,
  },
  { name: 'aliuid', description: 'Read the account id and the user id.', types: withSignIn },
  { name: 'profile', description: 'Read the name of the user.', types: withSignIn },
  { name: '/acs/ccc', description: 'Call the API of Cloud Call Center.', types: withSignIn },
  { name: '/acs/alidns', description: 'Call the API of Alibaba Cloud DNS.', types: withSignIn },
  {
    name: '/acs/scim',
    description: 'Synchronise users over SCIM.',
    types: ['ServerApp'],
  },
  { name: '/acs/digitalstore', description: 'Call the API of Digital Store.', types: withSignIn },
  { name: '/acs/scsp', description: 'Call the API of Smart Customer Service Platform.', types: withSignIn },
  { name: '/acs/cloudgame', description: 'Call the API of Cloud Gaming Platform.', types: withSignIn },
  {
    name: '/acs/aiccs',
    description: 'Call the API of Artificial Intelligence Cloud Call Service.',
    types: withSignIn,
  },
];

/** The scopes that an application of a type may have; undefined: of any type. */
export function predefinedScopes(type: ApplicationType | undefined): readonly PredefinedScope[] {
  return type === undefined ? scopes : scopes.filter(({ types }) => types.includes(type));
}

/** What a scope allows. @param name of one of the predefined scopes */
export function scopeDescription(name: string): string {
  return scopes.find((scope) => scope.name === name)?.description ?? '';
}

/** The names in a list that is separated by semicolons, each once. */
export function splitNames(text: string): readonly string[] {
  const names = text.split(';').map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ''))];
}

/**
 * The scopes of an application: those that are asked for, and the one that every application has.
 * @param parameterName what to name in a refusal
 * @throws Refusal InvalidParameter.{name}.Format for a scope that this type of application cannot have
 */
export function applicationScopes(
  type: ApplicationType,
  asked: readonly string[],
  parameterName: string,
): readonly string[] {
  const possible = new Set(predefinedScopes(type).map(({ name }) => name));
  for (const name of asked) {
    if (!possible.has(name)) throw new Refusal('InvalidParameter.FormatOf', { name: parameterName });
  }
  return [...new Set([defaultScope, ...asked])];
}

/** Those of an application's scopes that cannot be left out; a name that is not among its scopes does nothing. */
export function requiredScopes(
  scopesOfApplication: readonly string[],
  asked: readonly string[],
): readonly string[] {
  return scopesOfApplication.filter((name) => name === defaultScope || asked.includes(name));
}
