// Generated from packages/server/api-description by `npm run generate:api`; do not edit.

/** API version of Ims. */
export const VERSION = '2019-08-15';

/** Parameters and answers of the operations of Ims. */
export interface ImsOperations {
  AddClientIdToOIDCProvider: {
    parameters: {
      ClientId?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  AddFingerprintToOIDCProvider: {
    parameters: {
      Fingerprint?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  AddUserToGroup: {
    parameters: {
      GroupName?: string | undefined;
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
    };
  };
  BindMFADevice: {
    parameters: {
      AuthenticationCode1?: string | undefined;
      AuthenticationCode2?: string | undefined;
      SerialNumber?: string | undefined;
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
    };
  };
  ChangePassword: {
    parameters: {
      NewPassword: string;
      OldPassword: string;
    };
    response: {
      RequestId: string;
    };
  };
  CreateAccessKey: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKey: {
        AccessKeyId: string;
        AccessKeySecret: string;
        CreateDate: string;
        Status: string;
      };
      RequestId: string;
    };
  };
  CreateAppSecret: {
    parameters: {
      AppId: string;
    };
    response: {
      AppSecret: {
        AppId: string;
        AppSecretId: string;
        AppSecretValue: string;
        CreateDate: string;
      };
      RequestId: string;
    };
  };
  CreateApplication: {
    parameters: {
      AccessTokenValidity?: number | undefined;
      AppName?: string | undefined;
      AppType: string;
      DisplayName: string;
      IsMultiTenant?: boolean | undefined;
      PredefinedScopes?: string | undefined;
      ProtocolVersion?: string | undefined;
      RedirectUris?: string | undefined;
      RefreshTokenValidity?: number | undefined;
      RequiredScopes?: string | undefined;
      SecretRequired: boolean;
    };
    response: {
      Application: {
        AccessTokenValidity: number;
        AccountId: string;
        AppId: string;
        AppName: string;
        AppType: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
              Required: boolean;
            }[];
          };
        };
        DisplayName: string;
        IsMultiTenant: boolean;
        ProtocolVersion: string;
        RedirectUris: {
          RedirectUri: string[];
        };
        RefreshTokenValidity: number;
        SecretRequired: boolean;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  CreateGroup: {
    parameters: {
      Comments?: string | undefined;
      DisplayName?: string | undefined;
      GroupName?: string | undefined;
    };
    response: {
      Group: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        GroupId: string;
        GroupName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  CreateLoginProfile: {
    parameters: {
      MFABindRequired?: boolean | undefined;
      Password?: string | undefined;
      PasswordResetRequired?: boolean | undefined;
      Status?: string | undefined;
      UserPrincipalName: string;
    };
    response: {
      LoginProfile: {
        MFABindRequired: boolean;
        PasswordResetRequired: boolean;
        PasswordStatus: string;
        Status: string;
        UpdateDate: string;
        UserPrincipalName: string;
      };
      RequestId: string;
    };
  };
  CreateOIDCProvider: {
    parameters: {
      ClientIds?: string | undefined;
      Description?: string | undefined;
      Fingerprints?: string | undefined;
      IssuanceLimitTime?: number | undefined;
      IssuerUrl?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  CreateSAMLProvider: {
    parameters: {
      AuthnSignAlgo?: string | undefined;
      Description?: string | undefined;
      EncodedSAMLMetadataDocument?: string | undefined;
      SAMLProviderName: string;
    };
    response: {
      RequestId: string;
      SAMLProvider: {
        Arn: string;
        AuthnSignAlgo: string;
        CreateDate: string;
        Description: string;
        SAMLProviderName: string;
        UpdateDate: string;
      };
    };
  };
  CreateServiceCredential: {
    parameters: {
      CredentialAgeDays?: number | undefined;
      ServiceCredentialName: string;
      ServiceName: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
      ServiceCredential: {
        CreateTime: string;
        ExpirationTime?: string;
        ServiceCredentialId: string;
        ServiceCredentialName: string;
        ServiceCredentialSecret: string;
        ServiceName: string;
        Status: string;
        UserPrincipalName: string;
      };
    };
  };
  CreateUser: {
    parameters: {
      Comments?: string | undefined;
      DisplayName: string;
      Email?: string | undefined;
      MobilePhone?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
      User: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        Email: string;
        LastLoginDate: string;
        MobilePhone: string;
        ProvisionType: string;
        Tags: {
          Tag: {
            TagKey: string;
            TagValue: string;
          }[];
        };
        UpdateDate: string;
        UserId: string;
        UserPrincipalName: string;
      };
    };
  };
  CreateVirtualMFADevice: {
    parameters: {
      VirtualMFADeviceName: string;
    };
    response: {
      RequestId: string;
      VirtualMFADevice: {
        Base32StringSeed: string;
        QRCodePNG: string;
        SerialNumber: string;
      };
    };
  };
  DeleteAccessKey: {
    parameters: {
      UserAccessKeyId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteAccessKeyInRecycleBin: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteAppSecret: {
    parameters: {
      AppId: string;
      AppSecretId: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteApplication: {
    parameters: {
      AppId: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteGroup: {
    parameters: {
      GroupName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteLoginProfile: {
    parameters: {
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteOIDCProvider: {
    parameters: {
      OIDCProviderName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeletePasskey: {
    parameters: {
      PasskeyId?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteSAMLProvider: {
    parameters: {
      SAMLProviderName: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteServiceCredential: {
    parameters: {
      ServiceCredentialId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteUser: {
    parameters: {
      UserId?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteUserInRecycleBin: {
    parameters: {
      UserId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteVirtualMFADevice: {
    parameters: {
      SerialNumber: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeprovisionApplication: {
    parameters: {
      AppId: string;
    };
    response: {
      RequestId: string;
    };
  };
  DeprovisionExternalApplication: {
    parameters: {
      AppId: string;
    };
    response: {
      RequestId: string;
    };
  };
  DisableVirtualMFA: {
    parameters: {
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
    };
  };
  GenerateCredentialReport: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      State: string;
    };
  };
  GenerateGovernanceReport: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      State: string;
    };
  };
  GetAccessKeyInfoInRecycleBin: {
    parameters: {
      UserAccessKeyId: string;
    };
    response: {
      AccessKey: {
        AccessKeyId: string;
        CreateDate: string;
        DeleteDate: string;
        RecycleDate: string;
        UserId: string;
        UserPrincipalName?: string;
        UserRecycled: boolean;
      };
      RequestId: string;
    };
  };
  GetAccessKeyLastUsed: {
    parameters: {
      UserAccessKeyId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeyLastUsed: {
        LastUsedDate: string;
        ServiceName: string;
      };
      RequestId: string;
    };
  };
  GetAccessKeyPolicy: {
    parameters: {
      UserAccessKeyId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeyId: string;
      AccessKeyPolicy: string;
      RequestId: string;
    };
  };
  GetAccessKeyPolicyForAccount: {
    parameters: Record<never, never>;
    response: {
      AccessKeyPolicy: string;
      RequestId: string;
    };
  };
  GetAccountMFAInfo: {
    parameters: Record<never, never>;
    response: {
      IsMFAEnable: boolean;
      RequestId: string;
    };
  };
  GetAccountSecurityPracticeReport: {
    parameters: Record<never, never>;
    response: {
      AccountSecurityPracticeInfo: {
        AccountSecurityPracticeUserInfo: {
          BindMfa: boolean;
          OldAkNum: number;
          RootWithAccessKey: number;
          SubUser: number;
          SubUserBindMfa: number;
          SubUserPwdLevel: string;
          SubUserWithOldAccessKey: number;
          SubUserWithUnusedAccessKey: number;
          UnusedAkNum: number;
        };
        Score: number;
      };
      RequestId: string;
    };
  };
  GetAccountSummary: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      SummaryMap: {
        AccessKeysPerUserQuota: number;
        AccountAccessKeysPerAccountQuota: number;
        AttachedPoliciesPerGroupQuota: number;
        AttachedPoliciesPerRoleQuota: number;
        AttachedPoliciesPerUserQuota: number;
        AttachedSystemPoliciesPerGroupQuota: number;
        AttachedSystemPoliciesPerRoleQuota: number;
        AttachedSystemPoliciesPerUserQuota: number;
        AuthorizedClientPerUserQuota: number;
        ConditionsPerAKPolicyQuota: number;
        Groups: number;
        GroupsPerUserQuota: number;
        GroupsQuota: number;
        IPItemsPerAKPolicyQuota: number;
        MFADevices: number;
        MFADevicesInUse: number;
        Policies: number;
        PoliciesQuota: number;
        PolicySizeQuota: number;
        Roles: number;
        RolesQuota: number;
        ServiceCredentialsPerUserPerServiceQuota: number;
        Users: number;
        UsersQuota: number;
        VersionsPerPolicyQuota: number;
        VirtualMFADevicesQuota: number;
      };
    };
  };
  GetAppSecret: {
    parameters: {
      AppId: string;
      AppSecretId: string;
    };
    response: {
      AppSecret: {
        AppId: string;
        AppSecretId: string;
        AppSecretValue?: string;
        CreateDate: string;
      };
      RequestId: string;
    };
  };
  GetApplication: {
    parameters: {
      AppId: string;
    };
    response: {
      Application: {
        AccessTokenValidity: number;
        AccountId: string;
        AppId: string;
        AppName: string;
        AppType: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
              Required: boolean;
            }[];
          };
        };
        DisplayName: string;
        IsMultiTenant: boolean;
        ProtocolVersion: string;
        RedirectUris: {
          RedirectUri: string[];
        };
        RefreshTokenValidity: number;
        SecretRequired: boolean;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetApplicationProvisionInfo: {
    parameters: {
      AppId: string;
    };
    response: {
      ApplicationProvisionInfo: {
        AccountId: string;
        AppCategory: string;
        AppId: string;
        AppName: string;
        AssignmentType: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
            }[];
          };
        };
        DisplayName: string;
        NeedPrincipalConsent: boolean;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetCredentialReport: {
    parameters: {
      MaxItems?: string | undefined;
      NextToken?: string | undefined;
    };
    response: {
      Content: string;
      GeneratedTime: string;
      IsTruncated: string;
      NextToken?: string;
      RequestId: string;
    };
  };
  GetDefaultDomain: {
    parameters: Record<never, never>;
    response: {
      DefaultDomainName: string;
      RequestId: string;
    };
  };
  GetExternalApplication: {
    parameters: {
      AppId: string;
    };
    response: {
      ExternalApplication: {
        AppPrincipalName: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
            }[];
          };
        };
        DisplayName: string;
        ForeignAppId: string;
        TenantId: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetGovernanceItemReport: {
    parameters: {
      GovernanceItemType?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: string | undefined;
    };
    response: {
      ColumnsSchema: {
        ColumnSchema: {
          ColumnName: string;
          ColumnType: string;
        }[];
      };
      ColumnsValue: {
        ColumnRow: {
          ColumnValue: unknown[];
        }[];
      };
      GenerateTime: string;
      IsTruncated: boolean;
      Marker?: string;
      MetricType: string;
      MetricValue: unknown;
      RequestId: string;
    };
  };
  GetGovernanceReportStatus: {
    parameters: Record<never, never>;
    response: {
      GovernanceItemsStatus: {
        GovernanceItemStatus: {
          GovernanceItem: string;
          Status: string;
        }[];
      };
      RequestId: string;
      WholeReportStatus: string;
    };
  };
  GetGroup: {
    parameters: {
      GroupName?: string | undefined;
    };
    response: {
      Group: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        GroupId: string;
        GroupName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetLoginProfile: {
    parameters: {
      UserPrincipalName: string;
    };
    response: {
      LoginProfile: {
        AutoDisableLoginStatus: string;
        LastLoginTime: string;
        MFABindRequired: boolean;
        PasswordResetRequired: boolean;
        PasswordStatus: string;
        Status: string;
        UpdateDate: string;
        UserPrincipalName: string;
      };
      RequestId: string;
    };
  };
  GetOIDCProvider: {
    parameters: {
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetPasswordPolicy: {
    parameters: Record<never, never>;
    response: {
      PasswordPolicy: {
        HardExpire: boolean;
        InitialPasswordAge: number;
        InterceptRiskPasswordOnApi: boolean;
        MaxLoginAttemps: number;
        MaxPasswordAge: number;
        MinimumPasswordDifferentCharacter: number;
        MinimumPasswordLength: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        RequireLowercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        RequireUppercaseCharacters: boolean;
      };
      RequestId: string;
    };
  };
  GetSAMLProvider: {
    parameters: {
      SAMLProviderName: string;
    };
    response: {
      RequestId: string;
      SAMLProvider: {
        Arn: string;
        AuthnSignAlgo: string;
        CreateDate: string;
        Description: string;
        EncodedSAMLMetadataDocument: string;
        SAMLProviderName: string;
        UpdateDate: string;
      };
    };
  };
  GetSecurityPreference: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      SecurityPreference: {
        AccessKeyPreference: {
          AllowUserToManageAccessKeys: boolean;
          AllowUserToManageServiceCredentials: boolean;
        };
        LoginProfilePreference: {
          AllowUserToChangePassword: boolean;
          AllowUserToLoginWithPasskey: boolean;
          EnableSaveMFATicket: boolean;
          LoginNetworkMasks: string;
          LoginSessionDuration: number;
          MFAOperationForLogin: string;
          OperationForRiskLogin: string;
        };
        MFAPreference: {
          AllowUserToManageMFADevices: boolean;
        };
        MaxIdleDays: {
          MaxIdleDaysForAccessKeys: number;
          MaxIdleDaysForUsers: number;
        };
        PersonalInfoPreference: {
          AllowUserToManagePersonalDingTalk: boolean;
        };
        VerificationPreference: {
          VerificationTypes: string[];
        };
      };
    };
  };
  GetServiceCredential: {
    parameters: {
      ServiceCredentialId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
      ServiceCredential: {
        CreateTime: string;
        ExpirationTime?: string;
        ServiceCredentialId: string;
        ServiceCredentialName: string;
        ServiceName: string;
        Status: string;
        UserPrincipalName: string;
      };
    };
  };
  GetUser: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserId?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
      User: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        Email: string;
        LastLoginDate: string;
        MobilePhone: string;
        ProvisionType: string;
        Tags: {
          Tag: {
            TagKey: string;
            TagValue: string;
          }[];
        };
        UpdateDate: string;
        UserId: string;
        UserName: string;
        UserPrincipalName: string;
      };
    };
  };
  GetUserInRecycleBin: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserId?: string | undefined;
    };
    response: {
      RequestId: string;
      User: {
        CreateDate: string;
        DeleteDate: string;
        DisplayName: string;
        RecycleDate: string;
        UserId: string;
        UserPrincipalName: string;
      };
    };
  };
  GetUserMFAInfo: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      IsMFAEnable: boolean;
      MFADevice?: {
        SerialNumber: string;
        Type: string;
      };
      RequestId: string;
    };
  };
  GetUserSsoSettings: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      UserSsoSettings: {
        AuthnSignAlgo: string;
        AuxiliaryDomain: string;
        MetadataDocument: string;
        SsoEnabled: boolean;
        SsoLoginWithDomain: boolean;
      };
    };
  };
  GetVerificationInfo: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
      SecurityEmailDevice?: {
        Email: string;
        Status: string;
      };
      SecurityPhoneDevice?: {
        AreaCode: string;
        PhoneNumber: string;
        Status: string;
      };
    };
  };
  ListAccessKeys: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKey: {
          AccessKeyId: string;
          CreateDate: string;
          Status: string;
          UpdateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListAccessKeysInRecycleBin: {
    parameters: {
      UserId?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKey: {
          AccessKeyId: string;
          CreateDate: string;
          DeleteDate: string;
          RecycleDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListAppSecretIds: {
    parameters: {
      AppId: string;
    };
    response: {
      AppSecrets: {
        AppSecret: {
          AppId: string;
          AppSecretId: string;
          CreateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListApplicationProvisionInfos: {
    parameters: {
      SourceType?: string | undefined;
    };
    response: {
      ApplicationProvisionInfos: {
        ApplicationProvisionInfo: {
          AccountId: string;
          AppCategory: string;
          AppId: string;
          AppName: string;
          AssignmentType: string;
          CreateDate: string;
          DelegatedScope: {
            PredefinedScopes: {
              PredefinedScope: {
                Description: string;
                Name: string;
              }[];
            };
          };
          DisplayName: string;
          NeedPrincipalConsent: boolean;
          UpdateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListApplications: {
    parameters: Record<never, never>;
    response: {
      Applications: {
        Application: {
          AccessTokenValidity: number;
          AccountId: string;
          AppId: string;
          AppName: string;
          AppType: string;
          CreateDate: string;
          DelegatedScope: {
            PredefinedScopes: {
              PredefinedScope: {
                Description: string;
                Name: string;
                Required: boolean;
              }[];
            };
          };
          DisplayName: string;
          IsMultiTenant: boolean;
          ProtocolVersion: string;
          RedirectUris: {
            RedirectUri: string[];
          };
          RefreshTokenValidity: number;
          SecretRequired: boolean;
          UpdateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListExternalApplications: {
    parameters: Record<never, never>;
    response: {
      ExternalApplications: {
        ExternalApplication: {
          AppPrincipalName: string;
          CreateDate: string;
          DelegatedScope: {
            PredefinedScopes: {
              PredefinedScope: {
                Description: string;
                Name: string;
              }[];
            };
          };
          DisplayName: string;
          ForeignAppId: string;
          TenantId: string;
          UpdateDate: string;
        }[];
      };
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
    };
  };
  ListGroups: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      Groups: {
        Group: {
          Comments: string;
          CreateDate: string;
          DisplayName: string;
          GroupId: string;
          GroupName: string;
          UpdateDate: string;
        }[];
      };
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
    };
  };
  ListGroupsForUser: {
    parameters: {
      UserPrincipalName: string;
    };
    response: {
      Groups: {
        Group: {
          Comments: string;
          DisplayName: string;
          GroupId: string;
          GroupName: string;
          JoinDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListOIDCProviders: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      OIDCProviders: {
        OIDCProvider: {
          Arn: string;
          ClientIds: string;
          CreateDate: string;
          Description: string;
          Fingerprints: string;
          GmtCreate: string;
          GmtModified: string;
          IssuanceLimitTime: number;
          IssuerUrl: string;
          OIDCProviderName: string;
          UpdateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPasskeys: {
    parameters: {
      UserPrincipalName?: string | undefined;
    };
    response: {
      Passkeys: {
        CreateDate: string;
        LastUseDate: string;
        PasskeyId: string;
        PasskeyName: string;
      }[];
      RequestId: string;
    };
  };
  ListPredefinedScopes: {
    parameters: {
      AppType?: string | undefined;
    };
    response: {
      PredefinedScopes: {
        PredefinedScope: {
          Description: string;
          Name: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListRecentGovernanceMetrics: {
    parameters: Record<never, never>;
    response: {
      GenerateTime: string;
      GovernanceMetrics: {
        GovernanceMetric: {
          GovernanceItem: string;
          MetricType: string;
          MetricValue: unknown;
        }[];
      };
      RequestId: string;
    };
  };
  ListSAMLProviders: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      SAMLProviders: {
        SAMLProvider: {
          Arn: string;
          CreateDate: string;
          Description: string;
          SAMLProviderName: string;
          UpdateDate: string;
        }[];
      };
    };
  };
  ListServiceCredentials: {
    parameters: {
      AllUsers?: boolean | undefined;
      MaxResults?: number | undefined;
      NextToken?: string | undefined;
      ServiceName?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      IsTruncated: boolean;
      MaxResults: number;
      NextToken?: string;
      RequestId: string;
      ServiceCredentials: {
        CreateTime: string;
        ExpirationTime?: string;
        ServiceCredentialId: string;
        ServiceCredentialName: string;
        ServiceName: string;
        Status: string;
        UserPrincipalName: string;
      }[];
    };
  };
  ListTagResources: {
    parameters: {
      NextToken?: string | undefined;
      PageSize?: number | undefined;
      ResourceId?: readonly string[] | undefined;
      ResourcePrincipalName?: readonly string[] | undefined;
      ResourceType?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      IsTruncated: boolean;
      NextToken?: string;
      RequestId: string;
      TagResources: {
        TagResource: {
          ResourceId: string;
          ResourceType: string;
          TagKey: string;
          TagValue: string;
        }[];
      };
    };
  };
  ListUserBasicInfos: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      Status?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      UserBasicInfos: {
        UserBasicInfo: {
          DisplayName: string;
          Status: string;
          UserId: string;
          UserPrincipalName: string;
        }[];
      };
    };
  };
  ListUsers: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      Status?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      Users: {
        User: {
          Comments: string;
          CreateDate: string;
          DisplayName: string;
          Email: string;
          LastLoginDate: string;
          MobilePhone: string;
          ProvisionType: string;
          Status: string;
          Tags: {
            Tag: {
              TagKey: string;
              TagValue: string;
            }[];
          };
          UpdateDate: string;
          UserId: string;
          UserPrincipalName: string;
        }[];
      };
    };
  };
  ListUsersForGroup: {
    parameters: {
      GroupName?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      Users: {
        User: {
          DisplayName: string;
          JoinDate: string;
          UserId: string;
          UserPrincipalName: string;
        }[];
      };
    };
  };
  ListUsersInRecycleBin: {
    parameters: {
      Filter?: string | undefined;
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      Users: {
        User: {
          CreateDate: string;
          DeleteDate: string;
          DisplayName: string;
          RecycleDate: string;
          UserId: string;
          UserPrincipalName: string;
        }[];
      };
    };
  };
  ListVirtualMFADevices: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      VirtualMFADevices: {
        VirtualMFADevice: {
          ActivateDate: string;
          SerialNumber: string;
          User?: {
            DisplayName: string;
            UserId: string;
            UserPrincipalName: string;
          };
        }[];
      };
    };
  };
  ProvisionApplication: {
    parameters: {
      AppId: string;
      Scopes?: string | undefined;
    };
    response: {
      ApplicationProvisionInfo: {
        AccountId: string;
        AppId: string;
        AppName: string;
        AppPrincipalName: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
            }[];
          };
        };
        DisplayName: string;
        TenantId: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  ProvisionExternalApplication: {
    parameters: {
      AppId: string;
      Scopes?: string | undefined;
    };
    response: {
      ExternalApplication: {
        AppPrincipalName: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
            }[];
          };
        };
        DisplayName: string;
        ForeignAppId: string;
        TenantId: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  RemoveClientIdFromOIDCProvider: {
    parameters: {
      ClientId?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  RemoveFingerprintFromOIDCProvider: {
    parameters: {
      Fingerprint?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  RemoveUserFromGroup: {
    parameters: {
      GroupName?: string | undefined;
      UserPrincipalName: string;
    };
    response: {
      RequestId: string;
    };
  };
  RestoreAccessKeyFromRecycleBin: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  RestoreUserFromRecycleBin: {
    parameters: {
      UserId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SetAccessKeyPolicy: {
    parameters: {
      AccessKeyPolicy: string;
      UserAccessKeyId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      AccessKeyId: string;
      AccessKeyPolicy: string;
      RequestId: string;
    };
  };
  SetAccessKeyPolicyForAccount: {
    parameters: {
      AccessKeyPolicy: string;
    };
    response: {
      AccessKeyPolicy: string;
      RequestId: string;
    };
  };
  SetDefaultDomain: {
    parameters: {
      DefaultDomainName: string;
    };
    response: {
      DefaultDomainName: string;
      RequestId: string;
    };
  };
  SetPasswordPolicy: {
    parameters: {
      HardExpire?: boolean | undefined;
      InitialPasswordAge?: number | undefined;
      InterceptRiskPasswordOnApi?: boolean | undefined;
      MaxLoginAttemps?: number | undefined;
      MaxPasswordAge?: number | undefined;
      MinimumPasswordDifferentCharacter?: number | undefined;
      MinimumPasswordLength?: number | undefined;
      PasswordNotContainUserName?: boolean | undefined;
      PasswordReusePrevention?: number | undefined;
      RequireLowercaseCharacters?: boolean | undefined;
      RequireNumbers?: boolean | undefined;
      RequireSymbols?: boolean | undefined;
      RequireUppercaseCharacters?: boolean | undefined;
    };
    response: {
      PasswordPolicy: {
        HardExpire: boolean;
        InitialPasswordAge: number;
        InterceptRiskPasswordOnApi: boolean;
        MaxLoginAttemps: number;
        MaxPasswordAge: number;
        MinimumPasswordDifferentCharacter: number;
        MinimumPasswordLength: number;
        PasswordNotContainUserName: boolean;
        PasswordReusePrevention: number;
        RequireLowercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        RequireUppercaseCharacters: boolean;
      };
      RequestId: string;
    };
  };
  SetSecurityPreference: {
    parameters: {
      AllowUserToChangePassword?: boolean | undefined;
      AllowUserToLoginWithPasskey?: boolean | undefined;
      AllowUserToManageAccessKeys?: boolean | undefined;
      AllowUserToManageMFADevices?: boolean | undefined;
      AllowUserToManagePersonalDingTalk?: boolean | undefined;
      AllowUserToManageServiceCredentials?: boolean | undefined;
      EnableSaveMFATicket?: boolean | undefined;
      LoginNetworkMasks?: string | undefined;
      LoginSessionDuration?: number | undefined;
      MFAOperationForLogin?: string | undefined;
      MaxIdleDaysForAccessKeys?: number | undefined;
      MaxIdleDaysForUsers?: number | undefined;
      OperationForRiskLogin?: string | undefined;
      VerificationTypes?: readonly string[] | undefined;
    };
    response: {
      RequestId: string;
      SecurityPreference: {
        AccessKeyPreference: {
          AllowUserToManageAccessKeys: boolean;
          AllowUserToManageServiceCredentials: boolean;
        };
        LoginProfilePreference: {
          AllowUserToChangePassword: boolean;
          AllowUserToLoginWithPasskey: boolean;
          EnableSaveMFATicket: boolean;
          LoginNetworkMasks: string;
          LoginSessionDuration: number;
          MFAOperationForLogin: string;
          OperationForRiskLogin: string;
        };
        MFAPreference: {
          AllowUserToManageMFADevices: boolean;
        };
        MaxIdleDays: {
          MaxIdleDaysForAccessKeys: number;
          MaxIdleDaysForUsers: number;
        };
        PersonalInfoPreference: {
          AllowUserToManagePersonalDingTalk: boolean;
        };
        VerificationPreference: {
          VerificationTypes: string[];
        };
      };
    };
  };
  SetUserSsoSettings: {
    parameters: {
      AuthnSignAlgo?: string | undefined;
      AuxiliaryDomain?: string | undefined;
      MetadataDocument?: string | undefined;
      SsoEnabled?: boolean | undefined;
      SsoLoginWithDomain?: boolean | undefined;
    };
    response: {
      RequestId: string;
      UserSsoSettings: {
        AuthnSignAlgo: string;
        AuxiliaryDomain: string;
        MetadataDocument: string;
        SsoEnabled: boolean;
        SsoLoginWithDomain: boolean;
      };
    };
  };
  SetVerificationInfo: {
    parameters: {
      Email?: string | undefined;
      MobilePhone?: string | undefined;
      UserPrincipalName?: string | undefined;
      VerifyType?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  TagResources: {
    parameters: {
      ResourceId?: readonly string[] | undefined;
      ResourcePrincipalName?: readonly string[] | undefined;
      ResourceType?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UnbindMFADevice: {
    parameters: {
      UserPrincipalName: string;
    };
    response: {
      MFADevice: {
        SerialNumber: string;
      };
      RequestId: string;
    };
  };
  UnbindVerification: {
    parameters: {
      Email?: string | undefined;
      MobilePhone?: string | undefined;
      UserPrincipalName?: string | undefined;
      VerifyType?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UntagResources: {
    parameters: {
      All?: boolean | undefined;
      ResourceId?: readonly string[] | undefined;
      ResourcePrincipalName?: readonly string[] | undefined;
      ResourceType?: string | undefined;
      TagKey?: readonly string[] | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateAccessKey: {
    parameters: {
      Status: string;
      UserAccessKeyId: string;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateApplication: {
    parameters: {
      AppId: string;
      NewAccessTokenValidity?: number | undefined;
      NewDisplayName?: string | undefined;
      NewIsMultiTenant?: boolean | undefined;
      NewPredefinedScopes?: string | undefined;
      NewRedirectUris?: string | undefined;
      NewRefreshTokenValidity?: number | undefined;
      NewRequiredScopes?: string | undefined;
      NewSecretRequired?: boolean | undefined;
    };
    response: {
      Application: {
        AccessTokenValidity: number;
        AccountId: string;
        AppId: string;
        AppName: string;
        AppType: string;
        CreateDate: string;
        DelegatedScope: {
          PredefinedScopes: {
            PredefinedScope: {
              Description: string;
              Name: string;
              Required: boolean;
            }[];
          };
        };
        DisplayName: string;
        IsMultiTenant: boolean;
        ProtocolVersion: string;
        RedirectUris: {
          RedirectUri: string[];
        };
        RefreshTokenValidity: number;
        SecretRequired: boolean;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  UpdateGroup: {
    parameters: {
      GroupName?: string | undefined;
      NewComments?: string | undefined;
      NewDisplayName?: string | undefined;
      NewGroupName?: string | undefined;
    };
    response: {
      Group: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        GroupId: string;
        GroupName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  UpdateLoginProfile: {
    parameters: {
      MFABindRequired?: boolean | undefined;
      Password?: string | undefined;
      PasswordResetRequired?: boolean | undefined;
      Status?: string | undefined;
      UserPrincipalName: string;
    };
    response: {
      LoginProfile: {
        AutoDisableLoginStatus: string;
        MFABindRequired: boolean;
        PasswordResetRequired: boolean;
        PasswordStatus: string;
        Status: string;
        UpdateDate: string;
        UserPrincipalName: string;
      };
      RequestId: string;
    };
  };
  UpdateOIDCProvider: {
    parameters: {
      ClientIds?: string | undefined;
      IssuanceLimitTime?: number | undefined;
      NewDescription?: string | undefined;
      OIDCProviderName?: string | undefined;
    };
    response: {
      OIDCProvider: {
        Arn: string;
        ClientIds: string;
        CreateDate: string;
        Description: string;
        Fingerprints: string;
        GmtCreate: string;
        GmtModified: string;
        IssuanceLimitTime: number;
        IssuerUrl: string;
        OIDCProviderName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  UpdatePasskey: {
    parameters: {
      PasskeyId?: string | undefined;
      PasskeyName?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateSAMLProvider: {
    parameters: {
      AuthnSignAlgo?: string | undefined;
      NewDescription?: string | undefined;
      NewEncodedSAMLMetadataDocument?: string | undefined;
      SAMLProviderName: string;
    };
    response: {
      RequestId: string;
      SAMLProvider: {
        Arn: string;
        AuthnSignAlgo: string;
        CreateDate: string;
        Description: string;
        SAMLProviderName: string;
        UpdateDate: string;
      };
    };
  };
  UpdateServiceCredential: {
    parameters: {
      ServiceCredentialId: string;
      ServiceCredentialName?: string | undefined;
      Status?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateUser: {
    parameters: {
      NewComments?: string | undefined;
      NewDisplayName?: string | undefined;
      NewEmail?: string | undefined;
      NewMobilePhone?: string | undefined;
      NewUserPrincipalName?: string | undefined;
      UserId?: string | undefined;
      UserPrincipalName?: string | undefined;
    };
    response: {
      RequestId: string;
      User: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        Email: string;
        LastLoginDate: string;
        MobilePhone: string;
        ProvisionType: string;
        UpdateDate: string;
        UserId: string;
        UserPrincipalName: string;
      };
    };
  };
}
