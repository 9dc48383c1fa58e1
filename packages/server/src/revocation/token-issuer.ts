/**
 * Principal whose call opened an STS session, directly or through a chain of sessions. If it is deleted or
 * disabled, the session ends.
 */
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
