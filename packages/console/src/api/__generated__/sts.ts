// Generated from packages/server/api-description by `npm run generate:api`; do not edit.

/** API version of Sts. */
export const VERSION = '2015-04-01';

/** Parameters and answers of the operations of Sts. */
export interface StsOperations {
  AssumeRole: {
    parameters: {
      DurationSeconds?: number | undefined;
      ExternalId?: string | undefined;
      Policy?: string | undefined;
      RoleArn: string;
      RoleSessionName: string;
      SourceIdentity?: string | undefined;
    };
    response: {
      AssumedRoleUser: {
        Arn: string;
        AssumedRoleId: string;
      };
      Credentials: {
        AccessKeyId: string;
        AccessKeySecret: string;
        Expiration: string;
        SecurityToken: string;
      };
      RequestId: string;
      SourceIdentity?: string;
    };
  };
  AssumeRoleWithOIDC: {
    parameters: {
      DurationSeconds?: number | undefined;
      OIDCProviderArn?: string | undefined;
      OIDCToken?: string | undefined;
      Policy?: string | undefined;
      RoleArn?: string | undefined;
      RoleSessionName: string;
    };
    response: {
      AssumedRoleUser: {
        Arn: string;
        AssumedRoleId: string;
      };
      Credentials: {
        AccessKeyId: string;
        AccessKeySecret: string;
        Expiration: string;
        SecurityToken: string;
      };
      OIDCTokenInfo: {
        ClientIds: string;
        ExpirationTime: string;
        IssuanceTime: string;
        Issuer: string;
        Subject: string;
        VerificationInfo: string;
      };
      RequestId: string;
      SourceIdentity?: string;
    };
  };
  AssumeRoleWithSAML: {
    parameters: {
      DurationSeconds?: number | undefined;
      Policy?: string | undefined;
      RoleArn?: string | undefined;
      SAMLAssertion?: string | undefined;
      SAMLProviderArn?: string | undefined;
    };
    response: {
      AssumedRoleUser: {
        Arn: string;
        AssumedRoleId: string;
      };
      Credentials: {
        AccessKeyId: string;
        AccessKeySecret: string;
        Expiration: string;
        SecurityToken: string;
      };
      RequestId: string;
      SAMLAssertionInfo: {
        Issuer: string;
        Recipient: string;
        Subject: string;
        SubjectType: string;
      };
      SourceIdentity?: string;
    };
  };
  GetCallerIdentity: {
    parameters: Record<never, never>;
    response: {
      AccountId: string;
      Arn: string;
      IdentityType: string;
      PrincipalId: string;
      RequestId: string;
      RoleId?: string;
      UserId?: string;
    };
  };
}
