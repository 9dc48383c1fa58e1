import type { AnswerOf } from './operations.ts';

/** User in the answer of GetUser. */
export type User = NonNullable<AnswerOf<'Ims', 'GetUser'>['User']>;

/** Group in the answer of GetGroup. */
export type Group = NonNullable<AnswerOf<'Ims', 'GetGroup'>['Group']>;

/** Role in the answer of GetRole. */
export type Role = NonNullable<AnswerOf<'Ram', 'GetRole'>['Role']>;

/** Application in a list of applications. */
export type Application = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListApplications'>['Applications']>['Application']
>[number];

/** OIDC provider in a list of OIDC providers. */
export type OidcProvider = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListOIDCProviders'>['OIDCProviders']>['OIDCProvider']
>[number];

/** User as lists show it. */
export type ListedUser = NonNullable<AnswerOf<'Claviger', 'SearchUsers'>['Users']>[number];
