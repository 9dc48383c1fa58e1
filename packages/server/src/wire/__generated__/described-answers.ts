// Made from packages/server/api-description by `npm run generate:api`; do not edit.
import type { WireString } from '../answer-shape.ts';

/** Answers of the operations of RAM by product and name, without `RequestId`. */
export interface DescribedAnswers {
  Ims: {
    AddClientIdToOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    AddFingerprintToOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    AddUserToGroup: Record<never, never>;
    BindMFADevice: Record<never, never>;
    ChangePassword: Record<never, never>;
    CreateAccessKey: {
      readonly AccessKey: {
        readonly AccessKeyId: WireString;
        readonly AccessKeySecret: WireString;
        readonly CreateDate: WireString;
        readonly Status: WireString;
      };
    };
    CreateAppSecret: {
      readonly AppSecret: {
        readonly AppId: WireString;
        readonly AppSecretId: WireString;
        readonly AppSecretValue: WireString;
        readonly CreateDate: WireString;
      };
    };
    CreateApplication: {
      readonly Application: {
        readonly AccessTokenValidity: number;
        readonly AccountId: WireString;
        readonly AppId: WireString;
        readonly AppName: WireString;
        readonly AppType: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
              readonly Required: boolean;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly IsMultiTenant: boolean;
        readonly ProtocolVersion: WireString;
        readonly RedirectUris: {
          readonly RedirectUri: readonly WireString[];
        };
        readonly RefreshTokenValidity: number;
        readonly SecretRequired: boolean;
        readonly UpdateDate: WireString;
      };
    };
    CreateGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    CreateLoginProfile: {
      readonly LoginProfile: {
        readonly MFABindRequired: boolean;
        readonly PasswordResetRequired: boolean;
        readonly PasswordStatus: WireString;
        readonly Status: WireString;
        readonly UpdateDate: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    CreateOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    CreateSAMLProvider: {
      readonly SAMLProvider: {
        readonly Arn: WireString;
        readonly AuthnSignAlgo: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly SAMLProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    CreateServiceCredential: {
      readonly ServiceCredential: {
        readonly CreateTime: WireString;
        readonly ExpirationTime?: WireString | undefined;
        readonly ServiceCredentialId: WireString;
        readonly ServiceCredentialName: WireString;
        readonly ServiceCredentialSecret: WireString;
        readonly ServiceName: WireString;
        readonly Status: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    CreateUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly LastLoginDate: WireString;
        readonly MobilePhone: WireString;
        readonly ProvisionType: WireString;
        readonly Tags: {
          readonly Tag: readonly {
            readonly TagKey: WireString;
            readonly TagValue: WireString;
          }[];
        };
        readonly UpdateDate: WireString;
        readonly UserId: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    CreateVirtualMFADevice: {
      readonly VirtualMFADevice: {
        readonly Base32StringSeed: WireString;
        readonly QRCodePNG: WireString;
        readonly SerialNumber: WireString;
      };
    };
    DeleteAccessKey: Record<never, never>;
    DeleteAccessKeyInRecycleBin: Record<never, never>;
    DeleteAppSecret: Record<never, never>;
    DeleteApplication: Record<never, never>;
    DeleteGroup: Record<never, never>;
    DeleteLoginProfile: Record<never, never>;
    DeleteOIDCProvider: Record<never, never>;
    DeletePasskey: Record<never, never>;
    DeleteSAMLProvider: Record<never, never>;
    DeleteServiceCredential: Record<never, never>;
    DeleteUser: Record<never, never>;
    DeleteUserInRecycleBin: Record<never, never>;
    DeleteVirtualMFADevice: Record<never, never>;
    DeprovisionApplication: Record<never, never>;
    DeprovisionExternalApplication: Record<never, never>;
    DisableVirtualMFA: Record<never, never>;
    GenerateCredentialReport: {
      readonly State: WireString;
    };
    GenerateGovernanceReport: {
      readonly State: WireString;
    };
    GetAccessKeyInfoInRecycleBin: {
      readonly AccessKey: {
        readonly AccessKeyId: WireString;
        readonly CreateDate: WireString;
        readonly DeleteDate: WireString;
        readonly RecycleDate: WireString;
        readonly UserId: WireString;
        readonly UserPrincipalName?: WireString | undefined;
        readonly UserRecycled: boolean;
      };
    };
    GetAccessKeyLastUsed: {
      readonly AccessKeyLastUsed: {
        readonly LastUsedDate: WireString;
        readonly ServiceName: WireString;
      };
    };
    GetAccessKeyPolicy: {
      readonly AccessKeyId: WireString;
      readonly AccessKeyPolicy: WireString;
    };
    GetAccessKeyPolicyForAccount: {
      readonly AccessKeyPolicy: WireString;
    };
    GetAccountMFAInfo: {
      readonly IsMFAEnable: boolean;
    };
    GetAccountSecurityPracticeReport: {
      readonly AccountSecurityPracticeInfo: {
        readonly AccountSecurityPracticeUserInfo: {
          readonly BindMfa: boolean;
          readonly OldAkNum: number;
          readonly RootWithAccessKey: number;
          readonly SubUser: number;
          readonly SubUserBindMfa: number;
          readonly SubUserPwdLevel: WireString;
          readonly SubUserWithOldAccessKey: number;
          readonly SubUserWithUnusedAccessKey: number;
          readonly UnusedAkNum: number;
        };
        readonly Score: number;
      };
    };
    GetAccountSummary: {
      readonly SummaryMap: {
        readonly AccessKeysPerUserQuota: number;
        readonly AccountAccessKeysPerAccountQuota: number;
        readonly AttachedPoliciesPerGroupQuota: number;
        readonly AttachedPoliciesPerRoleQuota: number;
        readonly AttachedPoliciesPerUserQuota: number;
        readonly AttachedSystemPoliciesPerGroupQuota: number;
        readonly AttachedSystemPoliciesPerRoleQuota: number;
        readonly AttachedSystemPoliciesPerUserQuota: number;
        readonly AuthorizedClientPerUserQuota: number;
        readonly ConditionsPerAKPolicyQuota: number;
        readonly Groups: number;
        readonly GroupsPerUserQuota: number;
        readonly GroupsQuota: number;
        readonly IPItemsPerAKPolicyQuota: number;
        readonly MFADevices: number;
        readonly MFADevicesInUse: number;
        readonly Policies: number;
        readonly PoliciesQuota: number;
        readonly PolicySizeQuota: number;
        readonly Roles: number;
        readonly RolesQuota: number;
        readonly ServiceCredentialsPerUserPerServiceQuota: number;
        readonly Users: number;
        readonly UsersQuota: number;
        readonly VersionsPerPolicyQuota: number;
        readonly VirtualMFADevicesQuota: number;
      };
    };
    GetAppSecret: {
      readonly AppSecret: {
        readonly AppId: WireString;
        readonly AppSecretId: WireString;
        readonly AppSecretValue?: WireString | undefined;
        readonly CreateDate: WireString;
      };
    };
    GetApplication: {
      readonly Application: {
        readonly AccessTokenValidity: number;
        readonly AccountId: WireString;
        readonly AppId: WireString;
        readonly AppName: WireString;
        readonly AppType: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
              readonly Required: boolean;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly IsMultiTenant: boolean;
        readonly ProtocolVersion: WireString;
        readonly RedirectUris: {
          readonly RedirectUri: readonly WireString[];
        };
        readonly RefreshTokenValidity: number;
        readonly SecretRequired: boolean;
        readonly UpdateDate: WireString;
      };
    };
    GetApplicationProvisionInfo: {
      readonly ApplicationProvisionInfo: {
        readonly AccountId: WireString;
        readonly AppCategory: WireString;
        readonly AppId: WireString;
        readonly AppName: WireString;
        readonly AssignmentType: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly NeedPrincipalConsent: boolean;
        readonly UpdateDate: WireString;
      };
    };
    GetCredentialReport: {
      readonly Content: WireString;
      readonly GeneratedTime: WireString;
      readonly IsTruncated: WireString;
      readonly NextToken?: WireString | undefined;
    };
    GetDefaultDomain: {
      readonly DefaultDomainName: WireString;
    };
    GetExternalApplication: {
      readonly ExternalApplication: {
        readonly AppPrincipalName: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly ForeignAppId: WireString;
        readonly TenantId: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetGovernanceItemReport: {
      readonly ColumnsSchema: {
        readonly ColumnSchema: readonly {
          readonly ColumnName: WireString;
          readonly ColumnType: WireString;
        }[];
      };
      readonly ColumnsValue: {
        readonly ColumnRow: readonly {
          readonly ColumnValue: readonly unknown[];
        }[];
      };
      readonly GenerateTime: WireString;
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly MetricType: WireString;
      readonly MetricValue: unknown;
    };
    GetGovernanceReportStatus: {
      readonly GovernanceItemsStatus: {
        readonly GovernanceItemStatus: readonly {
          readonly GovernanceItem: WireString;
          readonly Status: WireString;
        }[];
      };
      readonly WholeReportStatus: WireString;
    };
    GetGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetLoginProfile: {
      readonly LoginProfile: {
        readonly AutoDisableLoginStatus: WireString;
        readonly LastLoginTime: WireString;
        readonly MFABindRequired: boolean;
        readonly PasswordResetRequired: boolean;
        readonly PasswordStatus: WireString;
        readonly Status: WireString;
        readonly UpdateDate: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    GetOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetPasswordPolicy: {
      readonly PasswordPolicy: {
        readonly HardExpire: boolean;
        readonly InitialPasswordAge: number;
        readonly InterceptRiskPasswordOnApi: boolean;
        readonly MaxLoginAttemps: number;
        readonly MaxPasswordAge: number;
        readonly MinimumPasswordDifferentCharacter: number;
        readonly MinimumPasswordLength: number;
        readonly PasswordNotContainUserName: boolean;
        readonly PasswordReusePrevention: number;
        readonly RequireLowercaseCharacters: boolean;
        readonly RequireNumbers: boolean;
        readonly RequireSymbols: boolean;
        readonly RequireUppercaseCharacters: boolean;
      };
    };
    GetSAMLProvider: {
      readonly SAMLProvider: {
        readonly Arn: WireString;
        readonly AuthnSignAlgo: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly EncodedSAMLMetadataDocument: WireString;
        readonly SAMLProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetSecurityPreference: {
      readonly SecurityPreference: {
        readonly AccessKeyPreference: {
          readonly AllowUserToManageAccessKeys: boolean;
          readonly AllowUserToManageServiceCredentials: boolean;
        };
        readonly LoginProfilePreference: {
          readonly AllowUserToChangePassword: boolean;
          readonly AllowUserToLoginWithPasskey: boolean;
          readonly EnableSaveMFATicket: boolean;
          readonly LoginNetworkMasks: WireString;
          readonly LoginSessionDuration: number;
          readonly MFAOperationForLogin: WireString;
          readonly OperationForRiskLogin: WireString;
        };
        readonly MFAPreference: {
          readonly AllowUserToManageMFADevices: boolean;
        };
        readonly MaxIdleDays: {
          readonly MaxIdleDaysForAccessKeys: number;
          readonly MaxIdleDaysForUsers: number;
        };
        readonly PersonalInfoPreference: {
          readonly AllowUserToManagePersonalDingTalk: boolean;
        };
        readonly VerificationPreference: {
          readonly VerificationTypes: readonly WireString[];
        };
      };
    };
    GetServiceCredential: {
      readonly ServiceCredential: {
        readonly CreateTime: WireString;
        readonly ExpirationTime?: WireString | undefined;
        readonly ServiceCredentialId: WireString;
        readonly ServiceCredentialName: WireString;
        readonly ServiceName: WireString;
        readonly Status: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    GetUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly LastLoginDate: WireString;
        readonly MobilePhone: WireString;
        readonly ProvisionType: WireString;
        readonly Tags: {
          readonly Tag: readonly {
            readonly TagKey: WireString;
            readonly TagValue: WireString;
          }[];
        };
        readonly UpdateDate: WireString;
        readonly UserId: WireString;
        readonly UserName: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    GetUserInRecycleBin: {
      readonly User: {
        readonly CreateDate: WireString;
        readonly DeleteDate: WireString;
        readonly DisplayName: WireString;
        readonly RecycleDate: WireString;
        readonly UserId: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    GetUserMFAInfo: {
      readonly IsMFAEnable: boolean;
      readonly MFADevice?: {
        readonly SerialNumber: WireString;
        readonly Type: WireString;
      } | undefined;
    };
    GetUserSsoSettings: {
      readonly UserSsoSettings: {
        readonly AuthnSignAlgo: WireString;
        readonly AuxiliaryDomain: WireString;
        readonly MetadataDocument: WireString;
        readonly SsoEnabled: boolean;
        readonly SsoLoginWithDomain: boolean;
      };
    };
    GetVerificationInfo: {
      readonly SecurityEmailDevice?: {
        readonly Email: WireString;
        readonly Status: WireString;
      } | undefined;
      readonly SecurityPhoneDevice?: {
        readonly AreaCode: WireString;
        readonly PhoneNumber: WireString;
        readonly Status: WireString;
      } | undefined;
    };
    ListAccessKeys: {
      readonly AccessKeys: {
        readonly AccessKey: readonly {
          readonly AccessKeyId: WireString;
          readonly CreateDate: WireString;
          readonly Status: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListAccessKeysInRecycleBin: {
      readonly AccessKeys: {
        readonly AccessKey: readonly {
          readonly AccessKeyId: WireString;
          readonly CreateDate: WireString;
          readonly DeleteDate: WireString;
          readonly RecycleDate: WireString;
        }[];
      };
    };
    ListAppSecretIds: {
      readonly AppSecrets: {
        readonly AppSecret: readonly {
          readonly AppId: WireString;
          readonly AppSecretId: WireString;
          readonly CreateDate: WireString;
        }[];
      };
    };
    ListApplicationProvisionInfos: {
      readonly ApplicationProvisionInfos: {
        readonly ApplicationProvisionInfo: readonly {
          readonly AccountId: WireString;
          readonly AppCategory: WireString;
          readonly AppId: WireString;
          readonly AppName: WireString;
          readonly AssignmentType: WireString;
          readonly CreateDate: WireString;
          readonly DelegatedScope: {
            readonly PredefinedScopes: {
              readonly PredefinedScope: readonly {
                readonly Description: WireString;
                readonly Name: WireString;
              }[];
            };
          };
          readonly DisplayName: WireString;
          readonly NeedPrincipalConsent: boolean;
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListApplications: {
      readonly Applications: {
        readonly Application: readonly {
          readonly AccessTokenValidity: number;
          readonly AccountId: WireString;
          readonly AppId: WireString;
          readonly AppName: WireString;
          readonly AppType: WireString;
          readonly CreateDate: WireString;
          readonly DelegatedScope: {
            readonly PredefinedScopes: {
              readonly PredefinedScope: readonly {
                readonly Description: WireString;
                readonly Name: WireString;
                readonly Required: boolean;
              }[];
            };
          };
          readonly DisplayName: WireString;
          readonly IsMultiTenant: boolean;
          readonly ProtocolVersion: WireString;
          readonly RedirectUris: {
            readonly RedirectUri: readonly WireString[];
          };
          readonly RefreshTokenValidity: number;
          readonly SecretRequired: boolean;
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListExternalApplications: {
      readonly ExternalApplications: {
        readonly ExternalApplication: readonly {
          readonly AppPrincipalName: WireString;
          readonly CreateDate: WireString;
          readonly DelegatedScope: {
            readonly PredefinedScopes: {
              readonly PredefinedScope: readonly {
                readonly Description: WireString;
                readonly Name: WireString;
              }[];
            };
          };
          readonly DisplayName: WireString;
          readonly ForeignAppId: WireString;
          readonly TenantId: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
    };
    ListGroups: {
      readonly Groups: {
        readonly Group: readonly {
          readonly Comments: WireString;
          readonly CreateDate: WireString;
          readonly DisplayName: WireString;
          readonly GroupId: WireString;
          readonly GroupName: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
    };
    ListGroupsForUser: {
      readonly Groups: {
        readonly Group: readonly {
          readonly Comments: WireString;
          readonly DisplayName: WireString;
          readonly GroupId: WireString;
          readonly GroupName: WireString;
          readonly JoinDate: WireString;
        }[];
      };
    };
    ListOIDCProviders: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly OIDCProviders: {
        readonly OIDCProvider: readonly {
          readonly Arn: WireString;
          readonly ClientIds: WireString;
          readonly CreateDate: WireString;
          readonly Description: WireString;
          readonly Fingerprints: WireString;
          readonly GmtCreate: WireString;
          readonly GmtModified: WireString;
          readonly IssuanceLimitTime: number;
          readonly IssuerUrl: WireString;
          readonly OIDCProviderName: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListPasskeys: {
      readonly Passkeys: readonly {
        readonly CreateDate: WireString;
        readonly LastUseDate: WireString;
        readonly PasskeyId: WireString;
        readonly PasskeyName: WireString;
      }[];
    };
    ListPredefinedScopes: {
      readonly PredefinedScopes: {
        readonly PredefinedScope: readonly {
          readonly Description: WireString;
          readonly Name: WireString;
        }[];
      };
    };
    ListRecentGovernanceMetrics: {
      readonly GenerateTime: WireString;
      readonly GovernanceMetrics: {
        readonly GovernanceMetric: readonly {
          readonly GovernanceItem: WireString;
          readonly MetricType: WireString;
          readonly MetricValue: unknown;
        }[];
      };
    };
    ListSAMLProviders: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly SAMLProviders: {
        readonly SAMLProvider: readonly {
          readonly Arn: WireString;
          readonly CreateDate: WireString;
          readonly Description: WireString;
          readonly SAMLProviderName: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListServiceCredentials: {
      readonly IsTruncated: boolean;
      readonly MaxResults: number;
      readonly NextToken?: WireString | undefined;
      readonly ServiceCredentials: readonly {
        readonly CreateTime: WireString;
        readonly ExpirationTime?: WireString | undefined;
        readonly ServiceCredentialId: WireString;
        readonly ServiceCredentialName: WireString;
        readonly ServiceName: WireString;
        readonly Status: WireString;
        readonly UserPrincipalName: WireString;
      }[];
    };
    ListTagResources: {
      readonly IsTruncated: boolean;
      readonly NextToken?: WireString | undefined;
      readonly TagResources: {
        readonly TagResource: readonly {
          readonly ResourceId: WireString;
          readonly ResourceType: WireString;
          readonly TagKey: WireString;
          readonly TagValue: WireString;
        }[];
      };
    };
    ListUserBasicInfos: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly UserBasicInfos: {
        readonly UserBasicInfo: readonly {
          readonly DisplayName: WireString;
          readonly Status: WireString;
          readonly UserId: WireString;
          readonly UserPrincipalName: WireString;
        }[];
      };
    };
    ListUsers: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Users: {
        readonly User: readonly {
          readonly Comments: WireString;
          readonly CreateDate: WireString;
          readonly DisplayName: WireString;
          readonly Email: WireString;
          readonly LastLoginDate: WireString;
          readonly MobilePhone: WireString;
          readonly ProvisionType: WireString;
          readonly Status: WireString;
          readonly Tags: {
            readonly Tag: readonly {
              readonly TagKey: WireString;
              readonly TagValue: WireString;
            }[];
          };
          readonly UpdateDate: WireString;
          readonly UserId: WireString;
          readonly UserPrincipalName: WireString;
        }[];
      };
    };
    ListUsersForGroup: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Users: {
        readonly User: readonly {
          readonly DisplayName: WireString;
          readonly JoinDate: WireString;
          readonly UserId: WireString;
          readonly UserPrincipalName: WireString;
        }[];
      };
    };
    ListUsersInRecycleBin: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Users: {
        readonly User: readonly {
          readonly CreateDate: WireString;
          readonly DeleteDate: WireString;
          readonly DisplayName: WireString;
          readonly RecycleDate: WireString;
          readonly UserId: WireString;
          readonly UserPrincipalName: WireString;
        }[];
      };
    };
    ListVirtualMFADevices: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly VirtualMFADevices: {
        readonly VirtualMFADevice: readonly {
          readonly ActivateDate: WireString;
          readonly SerialNumber: WireString;
          readonly User?: {
            readonly DisplayName: WireString;
            readonly UserId: WireString;
            readonly UserPrincipalName: WireString;
          } | undefined;
        }[];
      };
    };
    ProvisionApplication: {
      readonly ApplicationProvisionInfo: {
        readonly AccountId: WireString;
        readonly AppId: WireString;
        readonly AppName: WireString;
        readonly AppPrincipalName: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly TenantId: WireString;
        readonly UpdateDate: WireString;
      };
    };
    ProvisionExternalApplication: {
      readonly ExternalApplication: {
        readonly AppPrincipalName: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly ForeignAppId: WireString;
        readonly TenantId: WireString;
        readonly UpdateDate: WireString;
      };
    };
    RemoveClientIdFromOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    RemoveFingerprintFromOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    RemoveUserFromGroup: Record<never, never>;
    RestoreAccessKeyFromRecycleBin: Record<never, never>;
    RestoreUserFromRecycleBin: Record<never, never>;
    SetAccessKeyPolicy: {
      readonly AccessKeyId: WireString;
      readonly AccessKeyPolicy: WireString;
    };
    SetAccessKeyPolicyForAccount: {
      readonly AccessKeyPolicy: WireString;
    };
    SetDefaultDomain: {
      readonly DefaultDomainName: WireString;
    };
    SetPasswordPolicy: {
      readonly PasswordPolicy: {
        readonly HardExpire: boolean;
        readonly InitialPasswordAge: number;
        readonly InterceptRiskPasswordOnApi: boolean;
        readonly MaxLoginAttemps: number;
        readonly MaxPasswordAge: number;
        readonly MinimumPasswordDifferentCharacter: number;
        readonly MinimumPasswordLength: number;
        readonly PasswordNotContainUserName: boolean;
        readonly PasswordReusePrevention: number;
        readonly RequireLowercaseCharacters: boolean;
        readonly RequireNumbers: boolean;
        readonly RequireSymbols: boolean;
        readonly RequireUppercaseCharacters: boolean;
      };
    };
    SetSecurityPreference: {
      readonly SecurityPreference: {
        readonly AccessKeyPreference: {
          readonly AllowUserToManageAccessKeys: boolean;
          readonly AllowUserToManageServiceCredentials: boolean;
        };
        readonly LoginProfilePreference: {
          readonly AllowUserToChangePassword: boolean;
          readonly AllowUserToLoginWithPasskey: boolean;
          readonly EnableSaveMFATicket: boolean;
          readonly LoginNetworkMasks: WireString;
          readonly LoginSessionDuration: number;
          readonly MFAOperationForLogin: WireString;
          readonly OperationForRiskLogin: WireString;
        };
        readonly MFAPreference: {
          readonly AllowUserToManageMFADevices: boolean;
        };
        readonly MaxIdleDays: {
          readonly MaxIdleDaysForAccessKeys: number;
          readonly MaxIdleDaysForUsers: number;
        };
        readonly PersonalInfoPreference: {
          readonly AllowUserToManagePersonalDingTalk: boolean;
        };
        readonly VerificationPreference: {
          readonly VerificationTypes: readonly WireString[];
        };
      };
    };
    SetUserSsoSettings: {
      readonly UserSsoSettings: {
        readonly AuthnSignAlgo: WireString;
        readonly AuxiliaryDomain: WireString;
        readonly MetadataDocument: WireString;
        readonly SsoEnabled: boolean;
        readonly SsoLoginWithDomain: boolean;
      };
    };
    SetVerificationInfo: Record<never, never>;
    TagResources: Record<never, never>;
    UnbindMFADevice: {
      readonly MFADevice: {
        readonly SerialNumber: WireString;
      };
    };
    UnbindVerification: Record<never, never>;
    UntagResources: Record<never, never>;
    UpdateAccessKey: Record<never, never>;
    UpdateApplication: {
      readonly Application: {
        readonly AccessTokenValidity: number;
        readonly AccountId: WireString;
        readonly AppId: WireString;
        readonly AppName: WireString;
        readonly AppType: WireString;
        readonly CreateDate: WireString;
        readonly DelegatedScope: {
          readonly PredefinedScopes: {
            readonly PredefinedScope: readonly {
              readonly Description: WireString;
              readonly Name: WireString;
              readonly Required: boolean;
            }[];
          };
        };
        readonly DisplayName: WireString;
        readonly IsMultiTenant: boolean;
        readonly ProtocolVersion: WireString;
        readonly RedirectUris: {
          readonly RedirectUri: readonly WireString[];
        };
        readonly RefreshTokenValidity: number;
        readonly SecretRequired: boolean;
        readonly UpdateDate: WireString;
      };
    };
    UpdateGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdateLoginProfile: {
      readonly LoginProfile: {
        readonly AutoDisableLoginStatus: WireString;
        readonly MFABindRequired: boolean;
        readonly PasswordResetRequired: boolean;
        readonly PasswordStatus: WireString;
        readonly Status: WireString;
        readonly UpdateDate: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
    UpdateOIDCProvider: {
      readonly OIDCProvider: {
        readonly Arn: WireString;
        readonly ClientIds: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly Fingerprints: WireString;
        readonly GmtCreate: WireString;
        readonly GmtModified: WireString;
        readonly IssuanceLimitTime: number;
        readonly IssuerUrl: WireString;
        readonly OIDCProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdatePasskey: Record<never, never>;
    UpdateSAMLProvider: {
      readonly SAMLProvider: {
        readonly Arn: WireString;
        readonly AuthnSignAlgo: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly SAMLProviderName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdateServiceCredential: Record<never, never>;
    UpdateUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly LastLoginDate: WireString;
        readonly MobilePhone: WireString;
        readonly ProvisionType: WireString;
        readonly UpdateDate: WireString;
        readonly UserId: WireString;
        readonly UserPrincipalName: WireString;
      };
    };
  };
  Ram: {
    AddUserToGroup: Record<never, never>;
    AttachPolicyToGroup: Record<never, never>;
    AttachPolicyToRole: Record<never, never>;
    AttachPolicyToUser: Record<never, never>;
    BindMFADevice: Record<never, never>;
    ChangePassword: Record<never, never>;
    ClearAccountAlias: Record<never, never>;
    CreateAccessKey: {
      readonly AccessKey: {
        readonly AccessKeyId: WireString;
        readonly AccessKeySecret: WireString;
        readonly CreateDate: WireString;
        readonly Status: WireString;
      };
    };
    CreateGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
      };
    };
    CreateLoginProfile: {
      readonly LoginProfile: {
        readonly CreateDate: WireString;
        readonly MFABindRequired: boolean;
        readonly PasswordResetRequired: boolean;
        readonly UserName: WireString;
      };
    };
    CreatePolicy: {
      readonly Policy: {
        readonly CreateDate: WireString;
        readonly DefaultVersion: WireString;
        readonly Description: WireString;
        readonly PolicyName: WireString;
        readonly PolicyType: WireString;
      };
    };
    CreatePolicyVersion: {
      readonly PolicyVersion: {
        readonly CreateDate: WireString;
        readonly IsDefaultVersion: boolean;
        readonly PolicyDocument: WireString;
        readonly VersionId: WireString;
      };
    };
    CreateRole: {
      readonly Role: {
        readonly AllowConsoleLogin: boolean;
        readonly Arn: WireString;
        readonly AssumeRolePolicyDocument: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly MaxSessionDuration: number;
        readonly RoleId: WireString;
        readonly RoleName: WireString;
      };
    };
    CreateServiceLinkedRole: {
      readonly Role: {
        readonly Arn: WireString;
        readonly AssumeRolePolicyDocument: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly IsServiceLinkedRole: boolean;
        readonly RoleId: WireString;
        readonly RoleName: WireString;
      };
    };
    CreateUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly MobilePhone: WireString;
        readonly UserId: WireString;
        readonly UserName: WireString;
      };
    };
    CreateVirtualMFADevice: {
      readonly VirtualMFADevice: {
        readonly Base32StringSeed: WireString;
        readonly QRCodePNG: WireString;
        readonly SerialNumber: WireString;
      };
    };
    DecodeDiagnosticMessage: {
      readonly DecodedDiagnosticMessage: {
        readonly AuthAction: WireString;
        readonly AuthConditions: readonly {
          readonly ConditionKey: WireString;
          readonly ConditionValues: readonly WireString[];
        }[];
        readonly AuthPrincipal: {
          readonly AuthPrincipalDisplayName: WireString;
          readonly AuthPrincipalOwnerId: WireString;
          readonly AuthPrincipalType: WireString;
        };
        readonly AuthResource: WireString;
        readonly ExplicitDeny: boolean;
        readonly MatchedPolicies: readonly {
          readonly AttachedEntityType?: WireString | undefined;
          readonly AttachedScope: WireString;
          readonly Effect: WireString;
          readonly PolicyIdentifier: WireString;
          readonly PolicyType: WireString;
          readonly PolicyVersion?: WireString | undefined;
        }[];
        readonly NoPermissionPolicyType: WireString;
      };
    };
    DeleteAccessKey: Record<never, never>;
    DeleteGroup: Record<never, never>;
    DeleteLoginProfile: Record<never, never>;
    DeletePolicy: Record<never, never>;
    DeletePolicyVersion: Record<never, never>;
    DeleteRole: Record<never, never>;
    DeleteServiceLinkedRole: {
      readonly DeletionTaskId: WireString;
    };
    DeleteUser: Record<never, never>;
    DeleteVirtualMFADevice: Record<never, never>;
    DetachPolicyFromGroup: Record<never, never>;
    DetachPolicyFromRole: Record<never, never>;
    DetachPolicyFromUser: Record<never, never>;
    GetAccessKeyLastUsed: {
      readonly AccessKeyLastUsed: {
        readonly LastUsedDate: WireString;
      };
    };
    GetAccountAlias: {
      readonly AccountAlias: WireString;
    };
    GetGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetLoginProfile: {
      readonly LoginProfile: {
        readonly CreateDate: WireString;
        readonly MFABindRequired: boolean;
        readonly PasswordResetRequired: boolean;
        readonly UserName: WireString;
      };
    };
    GetPasswordPolicy: {
      readonly PasswordPolicy: {
        readonly HardExpiry: boolean;
        readonly MaxLoginAttemps: number;
        readonly MaxPasswordAge: number;
        readonly MinimumPasswordLength: number;
        readonly PasswordReusePrevention: number;
        readonly RequireLowercaseCharacters: boolean;
        readonly RequireNumbers: boolean;
        readonly RequireSymbols: boolean;
        readonly RequireUppercaseCharacters: boolean;
      };
    };
    GetPolicy: {
      readonly DefaultPolicyVersion: {
        readonly CreateDate: WireString;
        readonly IsDefaultVersion: boolean;
        readonly PolicyDocument: WireString;
        readonly VersionId: WireString;
      };
      readonly Policy: {
        readonly AttachmentCount: number;
        readonly CreateDate: WireString;
        readonly DefaultVersion: WireString;
        readonly Description: WireString;
        readonly PolicyDocument: WireString;
        readonly PolicyName: WireString;
        readonly PolicyType: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetPolicyVersion: {
      readonly PolicyVersion: {
        readonly CreateDate: WireString;
        readonly IsDefaultVersion: boolean;
        readonly PolicyDocument: WireString;
        readonly VersionId: WireString;
      };
    };
    GetRole: {
      readonly Role: {
        readonly AllowConsoleLogin: boolean;
        readonly Arn: WireString;
        readonly AssumeRolePolicyDocument: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly IsServiceLinkedRole: boolean;
        readonly LatestDeletionTask?: {
          readonly CreateDate: WireString;
          readonly DeletionTaskId: WireString;
        } | undefined;
        readonly MaxSessionDuration: number;
        readonly RoleId: WireString;
        readonly RoleName: WireString;
        readonly RolePrincipalName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    GetSecurityPreference: {
      readonly SecurityPreference: {
        readonly AccessKeyPreference: {
          readonly AllowUserToManageAccessKeys: boolean;
        };
        readonly LoginProfilePreference: {
          readonly AllowUserToChangePassword: boolean;
          readonly EnableSaveMFATicket: boolean;
          readonly LoginNetworkMasks: WireString;
          readonly LoginSessionDuration: number;
        };
        readonly MFAPreference: {
          readonly AllowUserToManageMFADevices: boolean;
        };
        readonly PublicKeyPreference: {
          readonly AllowUserToManagePublicKeys: boolean;
        };
      };
    };
    GetServiceLinkedRoleTemplate: {
      readonly ServiceLinkedRoleTemplate: {
        readonly MultipleRolesAllowed: boolean;
        readonly RoleDescriptions: {
          readonly RoleDescription: readonly {
            readonly Description: WireString;
            readonly Language: WireString;
          }[];
        };
        readonly RoleNamePrefix: WireString;
        readonly ServiceName: WireString;
        readonly SystemPolicyName: WireString;
      };
    };
    GetUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly LastLoginDate: WireString;
        readonly MobilePhone: WireString;
        readonly UpdateDate: WireString;
        readonly UserId: WireString;
        readonly UserName: WireString;
      };
    };
    GetUserMFAInfo: {
      readonly MFADevice: {
        readonly SerialNumber: WireString;
        readonly Type: WireString;
      };
    };
    ListAccessKeys: {
      readonly AccessKeys: {
        readonly AccessKey: readonly {
          readonly AccessKeyId: WireString;
          readonly CreateDate: WireString;
          readonly Status: WireString;
        }[];
      };
    };
    ListEntitiesForPolicy: {
      readonly Groups: {
        readonly Group: readonly {
          readonly AttachDate: WireString;
          readonly Comments: WireString;
          readonly GroupName: WireString;
        }[];
      };
      readonly Roles: {
        readonly Role: readonly {
          readonly Arn: WireString;
          readonly AttachDate: WireString;
          readonly Description: WireString;
          readonly RoleId: WireString;
          readonly RoleName: WireString;
        }[];
      };
      readonly Users: {
        readonly User: readonly {
          readonly AttachDate: WireString;
          readonly DisplayName: WireString;
          readonly UserId: WireString;
          readonly UserName: WireString;
        }[];
      };
    };
    ListGroups: {
      readonly Groups: {
        readonly Group: readonly {
          readonly Comments: WireString;
          readonly CreateDate: WireString;
          readonly GroupId: WireString;
          readonly GroupName: WireString;
          readonly UpdateDate: WireString;
        }[];
      };
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
    };
    ListGroupsForUser: {
      readonly Groups: {
        readonly Group: readonly {
          readonly Comments: WireString;
          readonly GroupId: WireString;
          readonly GroupName: WireString;
          readonly JoinDate: WireString;
        }[];
      };
    };
    ListPolicies: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Policies: {
        readonly Policy: readonly {
          readonly AttachmentCount: number;
          readonly CreateDate: WireString;
          readonly DefaultVersion: WireString;
          readonly Description: WireString;
          readonly PolicyName: WireString;
          readonly PolicyType: WireString;
          readonly Tags: {
            readonly Tag: readonly {
              readonly TagKey: WireString;
              readonly TagValue: WireString;
            }[];
          };
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListPoliciesForGroup: {
      readonly Policies: {
        readonly Policy: readonly {
          readonly AttachDate: WireString;
          readonly DefaultVersion: WireString;
          readonly Description: WireString;
          readonly PolicyName: WireString;
          readonly PolicyType: WireString;
        }[];
      };
    };
    ListPoliciesForRole: {
      readonly Policies: {
        readonly Policy: readonly {
          readonly AttachDate: WireString;
          readonly DefaultVersion: WireString;
          readonly Description: WireString;
          readonly PolicyName: WireString;
          readonly PolicyType: WireString;
        }[];
      };
    };
    ListPoliciesForUser: {
      readonly Policies: {
        readonly Policy: readonly {
          readonly AttachDate: WireString;
          readonly DefaultVersion: WireString;
          readonly Description: WireString;
          readonly PolicyName: WireString;
          readonly PolicyType: WireString;
        }[];
      };
    };
    ListPolicyVersions: {
      readonly PolicyVersions: {
        readonly PolicyVersion: readonly {
          readonly CreateDate: WireString;
          readonly IsDefaultVersion: boolean;
          readonly PolicyDocument: WireString;
          readonly VersionId: WireString;
        }[];
      };
    };
    ListRoles: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Roles: {
        readonly Role: readonly {
          readonly AllowConsoleLogin: boolean;
          readonly Arn: WireString;
          readonly CreateDate: WireString;
          readonly Description: WireString;
          readonly MaxSessionDuration: number;
          readonly RoleId: WireString;
          readonly RoleName: WireString;
          readonly Tags: {
            readonly Tag: readonly {
              readonly TagKey: WireString;
              readonly TagValue: WireString;
            }[];
          };
          readonly UpdateDate: WireString;
        }[];
      };
    };
    ListTagResources: {
      readonly NextToken?: WireString | undefined;
      readonly TagResources: readonly {
        readonly ResourceName: WireString;
        readonly ResourceType: WireString;
        readonly TagKey: WireString;
        readonly TagValue: WireString;
      }[];
    };
    ListUsers: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Users: {
        readonly User: readonly {
          readonly Comments: WireString;
          readonly CreateDate: WireString;
          readonly DisplayName: WireString;
          readonly Email: WireString;
          readonly MobilePhone: WireString;
          readonly UpdateDate: WireString;
          readonly UserId: WireString;
          readonly UserName: WireString;
        }[];
      };
    };
    ListUsersForGroup: {
      readonly IsTruncated: boolean;
      readonly Marker?: WireString | undefined;
      readonly Users: {
        readonly User: readonly {
          readonly DisplayName: WireString;
          readonly JoinDate: WireString;
          readonly UserName: WireString;
        }[];
      };
    };
    ListVirtualMFADevices: {
      readonly VirtualMFADevices: {
        readonly VirtualMFADevice: readonly {
          readonly ActivateDate: WireString;
          readonly SerialNumber: WireString;
          readonly User?: {
            readonly DisplayName: WireString;
            readonly UserId: WireString;
            readonly UserName: WireString;
          } | undefined;
        }[];
      };
    };
    RemoveUserFromGroup: Record<never, never>;
    SetAccountAlias: Record<never, never>;
    SetDefaultPolicyVersion: Record<never, never>;
    SetPasswordPolicy: {
      readonly PasswordPolicy: {
        readonly HardExpiry: boolean;
        readonly MaxLoginAttemps: number;
        readonly MaxPasswordAge: number;
        readonly MinimumPasswordLength: number;
        readonly PasswordReusePrevention: number;
        readonly RequireLowercaseCharacters: boolean;
        readonly RequireNumbers: boolean;
        readonly RequireSymbols: boolean;
        readonly RequireUppercaseCharacters: boolean;
      };
    };
    SetSecurityPreference: {
      readonly SecurityPreference: {
        readonly AccessKeyPreference: {
          readonly AllowUserToManageAccessKeys: boolean;
        };
        readonly LoginProfilePreference: {
          readonly AllowUserToChangePassword: boolean;
          readonly EnableSaveMFATicket: boolean;
          readonly LoginNetworkMasks: WireString;
          readonly LoginSessionDuration: number;
        };
        readonly MFAPreference: {
          readonly AllowUserToManageMFADevices: boolean;
        };
        readonly PublicKeyPreference: {
          readonly AllowUserToManagePublicKeys: boolean;
        };
      };
    };
    TagResources: Record<never, never>;
    UnbindMFADevice: {
      readonly MFADevice: {
        readonly SerialNumber: WireString;
      };
    };
    UntagResources: Record<never, never>;
    UpdateAccessKey: Record<never, never>;
    UpdateGroup: {
      readonly Group: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly GroupId: WireString;
        readonly GroupName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdateLoginProfile: Record<never, never>;
    UpdatePolicyDescription: {
      readonly Policy: {
        readonly CreateDate: WireString;
        readonly DefaultVersion: WireString;
        readonly Description: WireString;
        readonly PolicyName: WireString;
        readonly PolicyType: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdateRole: {
      readonly Role: {
        readonly AllowConsoleLogin: boolean;
        readonly Arn: WireString;
        readonly AssumeRolePolicyDocument: WireString;
        readonly CreateDate: WireString;
        readonly Description: WireString;
        readonly MaxSessionDuration: number;
        readonly RoleId: WireString;
        readonly RoleName: WireString;
        readonly UpdateDate: WireString;
      };
    };
    UpdateUser: {
      readonly User: {
        readonly Comments: WireString;
        readonly CreateDate: WireString;
        readonly DisplayName: WireString;
        readonly Email: WireString;
        readonly MobilePhone: WireString;
        readonly UpdateDate: WireString;
        readonly UserId: WireString;
        readonly UserName: WireString;
      };
    };
  };
  Sts: {
    AssumeRole: {
      readonly AssumedRoleUser: {
        readonly Arn: WireString;
        readonly AssumedRoleId: WireString;
      };
      readonly Credentials: {
        readonly AccessKeyId: WireString;
        readonly AccessKeySecret: WireString;
        readonly Expiration: WireString;
        readonly SecurityToken: WireString;
      };
      readonly SourceIdentity?: WireString | undefined;
    };
    AssumeRoleWithOIDC: {
      readonly AssumedRoleUser: {
        readonly Arn: WireString;
        readonly AssumedRoleId: WireString;
      };
      readonly Credentials: {
        readonly AccessKeyId: WireString;
        readonly AccessKeySecret: WireString;
        readonly Expiration: WireString;
        readonly SecurityToken: WireString;
      };
      readonly OIDCTokenInfo: {
        readonly ClientIds: WireString;
        readonly ExpirationTime: WireString;
        readonly IssuanceTime: WireString;
        readonly Issuer: WireString;
        readonly Subject: WireString;
        readonly VerificationInfo: WireString;
      };
      readonly SourceIdentity?: WireString | undefined;
    };
    AssumeRoleWithSAML: {
      readonly AssumedRoleUser: {
        readonly Arn: WireString;
        readonly AssumedRoleId: WireString;
      };
      readonly Credentials: {
        readonly AccessKeyId: WireString;
        readonly AccessKeySecret: WireString;
        readonly Expiration: WireString;
        readonly SecurityToken: WireString;
      };
      readonly SAMLAssertionInfo: {
        readonly Issuer: WireString;
        readonly Recipient: WireString;
        readonly Subject: WireString;
        readonly SubjectType: WireString;
      };
      readonly SourceIdentity?: WireString | undefined;
    };
    GetCallerIdentity: {
      readonly AccountId: WireString;
      readonly Arn: WireString;
      readonly IdentityType: WireString;
      readonly PrincipalId: WireString;
      readonly RoleId?: WireString | undefined;
      readonly UserId?: WireString | undefined;
    };
  };
  Actiontrail: {
    DescribeTrails: {
      readonly TrailList: readonly {
        readonly CreateTime: WireString;
        readonly EventRW: WireString;
        readonly HomeRegion: WireString;
        readonly IsOrganizationTrail: boolean;
        readonly MaxComputeProjectArn: WireString;
        readonly MaxComputeWriteRoleArn: WireString;
        readonly Name: WireString;
        readonly OrganizationId: WireString;
        readonly OssBucketLocation: WireString;
        readonly OssBucketName: WireString;
        readonly OssKeyPrefix: WireString;
        readonly OssWriteRoleArn: WireString;
        readonly Region: WireString;
        readonly SlsProjectArn: WireString;
        readonly SlsWriteRoleArn: WireString;
        readonly StartLoggingTime: WireString;
        readonly Status: WireString;
        readonly StopLoggingTime: WireString;
        readonly TrailArn: WireString;
        readonly TrailRegion: WireString;
        readonly UpdateTime: WireString;
      }[];
    };
    GetAccessKeyLastUsedEvents: {
      readonly Events: readonly {
        readonly Detail: WireString;
        readonly EventName: WireString;
        readonly Source: WireString;
        readonly UsedTimestamp: number;
      }[];
      readonly NextToken?: WireString | undefined;
    };
    GetAccessKeyLastUsedInfo: {
      readonly AccessKeyId: WireString;
      readonly AccountId: WireString;
      readonly AccountType: WireString;
      readonly Detail?: WireString | undefined;
      readonly OwnerId: WireString;
      readonly ServiceName?: WireString | undefined;
      readonly ServiceNameCn?: WireString | undefined;
      readonly ServiceNameEn?: WireString | undefined;
      readonly Source?: WireString | undefined;
      readonly UsedTimestamp?: number | undefined;
      readonly UserName: WireString;
    };
    GetAccessKeyLastUsedIps: {
      readonly Ips: readonly {
        readonly Detail: WireString;
        readonly Ip: WireString;
        readonly Source: WireString;
        readonly UsedTimestamp: number;
      }[];
      readonly NextToken?: WireString | undefined;
    };
    GetAccessKeyLastUsedProducts: {
      readonly Products: readonly {
        readonly Detail: WireString;
        readonly ServiceName: WireString;
        readonly ServiceNameCn: WireString;
        readonly ServiceNameEn: WireString;
        readonly Source: WireString;
        readonly UsedTimestamp: number;
      }[];
    };
    GetAccessKeyLastUsedResources: {
      readonly NextToken?: WireString | undefined;
      readonly Resources: readonly {
        readonly Detail: WireString;
        readonly ResourceName: WireString;
        readonly ResourceType: WireString;
        readonly Source: WireString;
        readonly UsedTimestamp: number;
      }[];
    };
    LookupEvents: {
      readonly EndTime: WireString;
      readonly Events: readonly object[];
      readonly NextToken?: WireString | undefined;
      readonly StartTime: WireString;
    };
  };
}
