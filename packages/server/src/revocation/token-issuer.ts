/** Whose call made a session, or one of the calls that led to it. Gone or disabled, it takes the session along. */
export type TokenIssuer =
  | {
      readonly type: 'user';
      readonly accountId: string;
      readonly userId: string;
      readonly accessKeyId: string;
    }
  | {
      readonly type: 'console-session';
      readonly accountId: string;
      readonly userId: string;
      readonly sessionId: string;
    }
  | { readonly type: 'role'; readonly accountId: string; readonly roleId: string }
  | {
      readonly type: 'identity-provider';
      readonly accountId: string;
      readonly kind: 'saml' | 'oidc';
      readonly providerId: string;
    };
