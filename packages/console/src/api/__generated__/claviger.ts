// Generated from packages/server/api-description by `npm run generate:api`; do not edit.

/** API version of Claviger. */
export const VERSION = '2026-11-24';

/** Parameters and answers of the operations of Claviger. */
export interface ClavigerOperations {
  BeginPasskeyRegistration: {
    parameters: Record<never, never>;
    response: {
      Options: object;
      RequestId: string;
    };
  };
  BeginPasskeyVerification: {
    parameters: Record<never, never>;
    response: {
      Options: object;
      RequestId: string;
    };
  };
  BeginRootDevice: {
    parameters: Record<never, never>;
    response: {
      Seed: string;
      QRCodePNG: string;
      RequestId: string;
    };
  };
  BeginSamlSignIn: {
    parameters: {
      LoginName: string;
    };
    response: {
      Location: string;
      RequestId: string;
    };
  };
  BeginSignInDevice: {
    parameters: Record<never, never>;
    response: {
      Seed: string;
      QRCodePNG: string;
      RequestId: string;
    };
  };
  BeginStepUpPasskey: {
    parameters: Record<never, never>;
    response: {
      Options: object;
      RequestId: string;
    };
  };
  BindRootDevice: {
    parameters: {
      Code1: string;
      Code2: string;
    };
    response: {
      RequestId: string;
    };
  };
  BindSignInDevice: {
    parameters: {
      Code1: string;
      Code2: string;
    };
    response: {
      Step: 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';
      CsrfToken: string;
      PasswordRules?: {
        MinimumPasswordLength: number;
        RequireLowercaseCharacters: boolean;
        RequireUppercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        MinimumPasswordDifferentCharacter: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        InterceptRiskPasswordOnApi: boolean;
        KindsOfCharacters: number;
      };
      RememberAllowed?: boolean;
      RequestId: string;
    };
  };
  ChangeRootPassword: {
    parameters: {
      NewPassword: string;
    };
    response: {
      RequestId: string;
    };
  };
  ChooseSignInPassword: {
    parameters: {
      NewPassword: string;
    };
    response: {
      Step: 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';
      CsrfToken: string;
      PasswordRules?: {
        MinimumPasswordLength: number;
        RequireLowercaseCharacters: boolean;
        RequireUppercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        MinimumPasswordDifferentCharacter: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        InterceptRiskPasswordOnApi: boolean;
        KindsOfCharacters: number;
      };
      RememberAllowed?: boolean;
      RequestId: string;
    };
  };
  ContainAccessKey: {
    parameters: {
      UserAccessKeyId: string;
      Hours?: number | undefined;
    };
    response: {
      AccessKeyId: string;
      OwnerType: 'RootAccount' | 'RamUser';
      UserPrincipalName: string;
      Status: 'Active' | 'Inactive';
      Activity: {
        Since: string;
        Events: number;
        Partial: boolean;
        Calls: {
          ServiceName: string;
          EventName: string;
          EventRW: 'Read' | 'Write';
          Count: number;
          Refused: number;
          LastDate: string;
        }[];
        Addresses: {
          Address: string;
          Count: number;
          LastDate: string;
        }[];
        Changes: {
          EventId: string;
          EventName: string;
          EventTime: string;
          ResourceType: string;
          ResourceName: string;
        }[];
        Services: {
          ServiceName: string;
          SourceAddress: string;
          LastUsedDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  CreateGuard: {
    parameters: {
      GuardName: string;
      Services: readonly string[];
    };
    response: {
      Guard: {
        GuardId: string;
        GuardName: string;
        Services: string[];
        Status: 'Active' | 'Disabled';
        AccessKeyId: string;
        CreateDate: string;
        UpdateDate: string;
        Connections: {
          ConnectionId: string;
          SourceIp: string;
          Version: string;
          ConnectDate: string;
          ConfirmDate: string;
          AgeSeconds: number;
        }[];
      };
      AccessKey: {
        AccessKeyId: string;
        AccessKeySecret: string;
      };
      RequestId: string;
    };
  };
  DeleteGuard: {
    parameters: {
      GuardName: string;
    };
    response: {
      RequestId: string;
    };
  };
  EndSession: {
    parameters: {
      SessionId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  GetAccessKeyActivity: {
    parameters: {
      UserAccessKeyId: string;
      Hours?: number | undefined;
    };
    response: {
      AccessKeyId: string;
      OwnerType: 'RootAccount' | 'RamUser';
      UserPrincipalName: string;
      Status: 'Active' | 'Inactive';
      Activity: {
        Since: string;
        Events: number;
        Partial: boolean;
        Calls: {
          ServiceName: string;
          EventName: string;
          EventRW: 'Read' | 'Write';
          Count: number;
          Refused: number;
          LastDate: string;
        }[];
        Addresses: {
          Address: string;
          Count: number;
          LastDate: string;
        }[];
        Changes: {
          EventId: string;
          EventName: string;
          EventTime: string;
          ResourceType: string;
          ResourceName: string;
        }[];
        Services: {
          ServiceName: string;
          SourceAddress: string;
          LastUsedDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  GetAccessKeyExpiryCeiling: {
    parameters: Record<never, never>;
    response: {
      Days: number;
      RequestId: string;
    };
  };
  GetAccountOverview: {
    parameters: Record<never, never>;
    response: {
      ComputedDate: string;
      Score: number;
      RootHasMFA: boolean;
      RootAccessKeys: number;
      Users: number;
      UsersWithMFA: number;
      ConsoleUsers: number;
      ConsoleUsersWithoutMFA: number;
      PasswordLevel: 'low' | 'mid' | 'high';
      OldAccessKeys: number;
      UsersWithOldAccessKeys: number;
      UnusedAccessKeys: number;
      UsersWithUnusedAccessKeys: number;
      AccessKeysByAge: {
        BelowDays: number;
        AccessKeys: number;
      }[];
      AccessKeysByLastUse: {
        BelowDays: number;
        AccessKeys: number;
      }[];
      NeverUsedAccessKeys: number;
      RequestId: string;
    };
  };
  GetAccountProtection: {
    parameters: Record<never, never>;
    response: {
      CredentialChangesNeedMFA: boolean;
      PresignedIdentityAllowed: boolean;
      RoleSessionsEndWithAccessKey: boolean;
      RequestId: string;
    };
  };
  GetAuxiliaryDomain: {
    parameters: Record<never, never>;
    response: {
      AuxiliaryDomain: string;
      Status: 'None' | 'Unproven' | 'Proven' | 'Accepted';
      RecordType: string;
      RecordName: string;
      RecordValue: string;
      ProvenDate: string;
      RequestId: string;
    };
  };
  GetGuard: {
    parameters: {
      GuardName: string;
    };
    response: {
      Guard: {
        GuardId: string;
        GuardName: string;
        Services: string[];
        Status: 'Active' | 'Disabled';
        AccessKeyId: string;
        CreateDate: string;
        UpdateDate: string;
        Connections: {
          ConnectionId: string;
          SourceIp: string;
          Version: string;
          ConnectDate: string;
          ConfirmDate: string;
          AgeSeconds: number;
        }[];
      };
      RequestId: string;
    };
  };
  GetSession: {
    parameters: Record<never, never>;
    response: {
      Principal: {
        Type: 'root' | 'ram-user' | 'assumed-role';
        AccountId: string;
        UserId?: string;
        UserName?: string;
        DisplayName?: string;
        RoleId?: string;
        RoleName?: string;
        LoginName: string;
      };
      SwitchedFrom?: {
        Type: 'root' | 'ram-user';
        AccountId: string;
        UserId?: string;
        UserName?: string;
        DisplayName?: string;
        LoginName: string;
      };
      RoleExpiresAt?: string;
      RoleEnded?: boolean;
      DefaultDomain: string;
      SignedInAt: string;
      ExpiresAt: string;
      CsrfToken: string;
      MFAPresent: boolean;
      StepUpUntil?: string;
      StepUpMethods: ('Password' | 'Code' | 'Passkey')[];
      RequestId: string;
    };
  };
  GetUserSsoResponsePolicy: {
    parameters: Record<never, never>;
    response: {
      AcceptUnsolicited: boolean;
      RequestId: string;
    };
  };
  ListAccessKeyExpiries: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKeyId: string;
        CreateDate: string;
        ExpireDate: string;
        Expired: boolean;
        BeyondCeiling: boolean;
      }[];
      RequestId: string;
    };
  };
  ListAccessKeyUses: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKeyId: string;
        LastUsedDate: string;
        ServiceName: string;
        RegionId: string;
        SourceAddress: string;
      }[];
      RequestId: string;
    };
  };
  ListGuardAccessKeys: {
    parameters: {
      GuardName: string;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      AccessKeys: {
        AccessKeyId: string;
        UserName: string;
        Status: 'Active' | 'Inactive';
        VerifiedBy: 'Guard' | 'ControlPlane';
        Reason: string;
      }[];
      RequestId: string;
    };
  };
  ListGuards: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      Guards: {
        GuardId: string;
        GuardName: string;
        Services: string[];
        Status: 'Active' | 'Disabled';
        AccessKeyId: string;
        CreateDate: string;
        UpdateDate: string;
        Connections: {
          ConnectionId: string;
          SourceIp: string;
          Version: string;
          ConnectDate: string;
          ConfirmDate: string;
          AgeSeconds: number;
        }[];
      }[];
      RequestId: string;
    };
  };
  ListSessions: {
    parameters: Record<never, never>;
    response: {
      Sessions: {
        SessionId: string;
        SignedInAt: string;
        LastSeenAt: string;
        SourceIp: string;
        UserAgent: string;
        MFAPresent: boolean;
        Current: boolean;
      }[];
      RequestId: string;
    };
  };
  RegisterPasskey: {
    parameters: {
      Name: string;
      Response: string;
    };
    response: {
      PasskeyId: string;
      PasskeyName: string;
      RequestId: string;
    };
  };
  ReplicateCredentials: {
    parameters: {
      GuardName?: string | undefined;
      GuardVersion?: string | undefined;
      ProtectedServices?: readonly string[] | undefined;
      PublicKey: string;
      Cursor?: string | undefined;
    };
    response: Record<never, never>;
  };
  ReportAccessKeyUsage: {
    parameters: {
      GuardName?: string | undefined;
      Uses: readonly {
        AccessKeyId: string;
        ServiceName: string;
        RegionId: string;
        SourceIp: string;
        UsedAt: number;
      }[];
    };
    response: {
      RequestId: string;
    };
  };
  ResolveSecurityToken: {
    parameters: {
      GuardName?: string | undefined;
      PublicKey: string;
      SessionAccessKeyId: string;
      SessionToken: string;
      ProtectedServices?: readonly string[] | undefined;
    };
    response: {
      Problem?: string;
      Detail?: string;
      PublicKey?: string;
      Sealed?: string;
      RequestId: string;
    };
  };
  RevokeSessions: {
    parameters: {
      Target: 'Role' | 'User' | 'AccessKey' | 'Account';
      RoleName?: string | undefined;
      UserPrincipalName?: string | undefined;
      UserAccessKeyId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SearchAccessKeys: {
    parameters: {
      Search?: string | undefined;
      Status?: 'Active' | 'Inactive' | 'Recycled' | 'All' | undefined;
      OlderThanDays?: number | undefined;
      UnusedDays?: number | undefined;
      ExpiresWithinDays?: number | undefined;
      Unrestricted?: boolean | undefined;
      MaxItems?: number | undefined;
      Marker?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKeyId: string;
        OwnerType: 'RootAccount' | 'RamUser';
        UserId: string;
        UserPrincipalName: string;
        OwnerAccessKeys: number;
        Note: string;
        Status: 'Active' | 'Inactive';
        CreateDate: string;
        ExpireDate: string;
        RecycleDate: string;
        NetworkRestriction: 'AccessKey' | 'Account' | 'None';
        LastUsedDate: string;
        ServiceName: string;
        SourceAddress: string;
      }[];
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
    };
  };
  SearchGroupMembers: {
    parameters: {
      GroupName: string;
      Search?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      Descending?: boolean | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      SearchMode: 'Prefix' | 'Substring';
      TotalCount?: number;
      Users: {
        UserId: string;
        UserPrincipalName: string;
        DisplayName: string;
        JoinDate: string;
      }[];
      RequestId: string;
    };
  };
  SearchGroups: {
    parameters: {
      Search?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      OrderBy?: 'Name' | 'CreateDate' | undefined;
      Descending?: boolean | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      SearchMode: 'Prefix' | 'Substring';
      TotalCount?: number;
      Groups: {
        GroupId: string;
        GroupName: string;
        DisplayName: string;
        Comments: string;
        CreateDate: string;
      }[];
      RequestId: string;
    };
  };
  SearchPolicies: {
    parameters: {
      PolicyType?: 'System' | 'Custom' | undefined;
      Search?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      Descending?: boolean | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      SearchMode: 'Prefix' | 'Substring';
      TotalCount?: number;
      Policies: {
        PolicyName: string;
        PolicyType: 'System' | 'Custom';
        Description: string;
        DefaultVersion: string;
        AttachmentCount: number;
        CreateDate: string;
        UpdateDate: string;
      }[];
      RequestId: string;
    };
  };
  SearchRoles: {
    parameters: {
      Search?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      OrderBy?: 'Name' | 'CreateDate' | undefined;
      Descending?: boolean | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      SearchMode: 'Prefix' | 'Substring';
      TotalCount?: number;
      Roles: {
        RoleId: string;
        RoleName: string;
        Arn: string;
        Description: string;
        MaxSessionDuration: number;
        CreateDate: string;
      }[];
      RequestId: string;
    };
  };
  SearchUsers: {
    parameters: {
      UserNamePrefix?: string | undefined;
      Search?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      OrderBy?: 'Name' | 'CreateDate' | 'LastLoginDate' | undefined;
      Descending?: boolean | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      SearchMode: 'Prefix' | 'Substring';
      TotalCount?: number;
      Users: {
        UserId: string;
        UserPrincipalName: string;
        DisplayName: string;
        Comments: string;
        CreateDate: string;
        LastLoginDate: string;
      }[];
      RequestId: string;
    };
  };
  SetAccessKeyExpiry: {
    parameters: {
      UserPrincipalName?: string | undefined;
      UserAccessKeyId: string;
      ExpireDate: string;
    };
    response: {
      ExpireDate: string;
      RequestId: string;
    };
  };
  SetAccessKeyExpiryCeiling: {
    parameters: {
      Days: number;
    };
    response: {
      Days: number;
      RequestId: string;
    };
  };
  SetAccessKeyNote: {
    parameters: {
      UserPrincipalName?: string | undefined;
      UserAccessKeyId: string;
      Note?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SetAccountProtection: {
    parameters: {
      CredentialChangesNeedMFA?: boolean | undefined;
      PresignedIdentityAllowed?: boolean | undefined;
      RoleSessionsEndWithAccessKey?: boolean | undefined;
    };
    response: {
      CredentialChangesNeedMFA: boolean;
      PresignedIdentityAllowed: boolean;
      RoleSessionsEndWithAccessKey: boolean;
      RequestId: string;
    };
  };
  SetGuardServices: {
    parameters: {
      GuardName: string;
      Services: readonly string[];
    };
    response: {
      Guard: {
        GuardId: string;
        GuardName: string;
        Services: string[];
        Status: 'Active' | 'Disabled';
        AccessKeyId: string;
        CreateDate: string;
        UpdateDate: string;
        Connections: {
          ConnectionId: string;
          SourceIp: string;
          Version: string;
          ConnectDate: string;
          ConfirmDate: string;
          AgeSeconds: number;
        }[];
      };
      RequestId: string;
    };
  };
  SetGuardStatus: {
    parameters: {
      GuardName: string;
      Status: 'Active' | 'Disabled';
    };
    response: {
      Guard: {
        GuardId: string;
        GuardName: string;
        Services: string[];
        Status: 'Active' | 'Disabled';
        AccessKeyId: string;
        CreateDate: string;
        UpdateDate: string;
        Connections: {
          ConnectionId: string;
          SourceIp: string;
          Version: string;
          ConnectDate: string;
          ConfirmDate: string;
          AgeSeconds: number;
        }[];
      };
      RequestId: string;
    };
  };
  SetUserSsoResponsePolicy: {
    parameters: {
      AcceptUnsolicited: boolean;
    };
    response: {
      AcceptUnsolicited: boolean;
      RequestId: string;
    };
  };
  SignIn: {
    parameters: {
      LoginName: string;
      Password: string;
    };
    response: {
      Step: 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';
      CsrfToken: string;
      PasswordRules?: {
        MinimumPasswordLength: number;
        RequireLowercaseCharacters: boolean;
        RequireUppercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        MinimumPasswordDifferentCharacter: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        InterceptRiskPasswordOnApi: boolean;
        KindsOfCharacters: number;
      };
      RememberAllowed?: boolean;
      RequestId: string;
    };
  };
  SignInWithSaml: {
    parameters: {
      AccountId: string;
      SAMLResponse: string;
    };
    response: {
      Step: string;
      CsrfToken: string;
      RequestId: string;
    };
  };
  SignOut: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
    };
  };
  Simulate: {
    parameters: {
      PrincipalType?: 'ram-user' | 'role' | 'root' | undefined;
      PrincipalName?: string | undefined;
      SimulatedAction: string;
      SimulatedResource: string;
      Conditions?: string | undefined;
      PolicyDocument?: string | undefined;
    };
    response: {
      Effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
      Statements: {
        PolicyName: string;
        PolicyType: string;
        VersionId?: string;
        Index: number;
        Effect: 'Allow' | 'Deny';
        Matched: boolean;
        Decisive: boolean;
        Reasons: string[];
        Line: number;
        EndLine: number;
      }[];
      StatementsLeftOut: number;
      Documents: {
        PolicyName: string;
        PolicyType: string;
        VersionId?: string;
        PolicyDocument: string;
      }[];
      RequestId: string;
    };
  };
  StepUp: {
    parameters: {
      Method: 'Password' | 'Code' | 'Passkey';
      Password?: string | undefined;
      Code?: string | undefined;
      Response?: string | undefined;
    };
    response: {
      StepUpUntil: string;
      RequestId: string;
    };
  };
  SwitchBack: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
    };
  };
  SwitchRole: {
    parameters: {
      RoleAccount?: string | undefined;
      RoleName: string;
    };
    response: {
      RoleAccountId: string;
      RoleName: string;
      ExpiresAt: string;
      RequestId: string;
    };
  };
  UnbindRootDevice: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
    };
  };
  ValidatePolicyDocument: {
    parameters: {
      PolicyDocument: string;
      Kind: 'identity' | 'trust' | 'network';
    };
    response: {
      Valid: boolean;
      Faults: {
        Message: string;
        Line: number;
        Column: number;
        EndLine?: number;
        EndColumn?: number;
        Severity: 'error' | 'warning' | 'info';
        Code?: string;
        Subject?: string;
      }[];
      RequestId: string;
    };
  };
  VerifyAuxiliaryDomain: {
    parameters: Record<never, never>;
    response: {
      AuxiliaryDomain: string;
      Status: 'None' | 'Unproven' | 'Proven' | 'Accepted';
      RecordType: string;
      RecordName: string;
      RecordValue: string;
      ProvenDate: string;
      Fault: '' | 'RecordNotFound' | 'RecordDiffers' | 'DnsUnavailable' | 'NotProvable';
      RequestId: string;
    };
  };
  VerifyRequestSignature: {
    parameters: {
      GuardName?: string | undefined;
      SignerAccessKeyId: string;
      SignerSecurityToken?: string | undefined;
      Scheme: 'ACS3-HMAC-SHA256' | 'ACS3-HMAC-SM3' | 'ACS3-RSA-SHA256' | 'ACS4-HMAC-SHA256' | 'ACS4-HMAC-SM3' | 'RPC-HMAC-SHA1' | 'ROA-HMAC-SHA1';
      StringsToSign: readonly string[];
      RequestSignature: string;
      ScopeDate?: string | undefined;
      ScopeRegion?: string | undefined;
      ScopeProduct?: string | undefined;
      SignedNonce: string;
      SignedTime: number;
    };
    response: {
      Verified: boolean;
      StringIndex?: number;
      PrincipalArn?: string;
      Problem?: string;
      RequestId: string;
    };
  };
  VerifySignInCode: {
    parameters: {
      Code: string;
      Remember?: boolean | undefined;
    };
    response: {
      Step: 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';
      CsrfToken: string;
      PasswordRules?: {
        MinimumPasswordLength: number;
        RequireLowercaseCharacters: boolean;
        RequireUppercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        MinimumPasswordDifferentCharacter: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        InterceptRiskPasswordOnApi: boolean;
        KindsOfCharacters: number;
      };
      RememberAllowed?: boolean;
      RequestId: string;
    };
  };
  VerifySignInPasskey: {
    parameters: {
      Response: string;
      Remember?: boolean | undefined;
    };
    response: {
      Step: 'Done' | 'Code' | 'Passkey' | 'CodeOrPasskey' | 'NewPassword' | 'BindDevice';
      CsrfToken: string;
      PasswordRules?: {
        MinimumPasswordLength: number;
        RequireLowercaseCharacters: boolean;
        RequireUppercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        MinimumPasswordDifferentCharacter: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        InterceptRiskPasswordOnApi: boolean;
        KindsOfCharacters: number;
      };
      RememberAllowed?: boolean;
      RequestId: string;
    };
  };
}
