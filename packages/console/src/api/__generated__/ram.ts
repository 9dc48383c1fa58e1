// Generated from packages/server/api-description by `npm run generate:api`; do not edit.

/** API version of Ram. */
export const VERSION = '2015-05-01';

/** Parameters and answers of the operations of Ram. */
export interface RamOperations {
  AddUserToGroup: {
    parameters: {
      GroupName?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  AttachPolicyToGroup: {
    parameters: {
      GroupName?: string | undefined;
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  AttachPolicyToRole: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
      RoleName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  AttachPolicyToUser: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
      UserName?: string | undefined;
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
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  ChangePassword: {
    parameters: {
      NewPassword?: string | undefined;
      OldPassword?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  ClearAccountAlias: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
    };
  };
  CreateAccessKey: {
    parameters: {
      UserName?: string | undefined;
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
  CreateGroup: {
    parameters: {
      Comments?: string | undefined;
      GroupName?: string | undefined;
    };
    response: {
      Group: {
        Comments: string;
        CreateDate: string;
        GroupId: string;
        GroupName: string;
      };
      RequestId: string;
    };
  };
  CreateLoginProfile: {
    parameters: {
      MFABindRequired?: boolean | undefined;
      Password?: string | undefined;
      PasswordResetRequired?: boolean | undefined;
      UserName?: string | undefined;
    };
    response: {
      LoginProfile: {
        CreateDate: string;
        MFABindRequired: boolean;
        PasswordResetRequired: boolean;
        UserName: string;
      };
      RequestId: string;
    };
  };
  CreatePolicy: {
    parameters: {
      Description?: string | undefined;
      PolicyDocument?: string | undefined;
      PolicyName?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      Policy: {
        CreateDate: string;
        DefaultVersion: string;
        Description: string;
        PolicyName: string;
        PolicyType: string;
      };
      RequestId: string;
    };
  };
  CreatePolicyVersion: {
    parameters: {
      PolicyDocument?: string | undefined;
      PolicyName?: string | undefined;
      RotateStrategy?: string | undefined;
      SetAsDefault?: boolean | undefined;
    };
    response: {
      PolicyVersion: {
        CreateDate: string;
        IsDefaultVersion: boolean;
        PolicyDocument: string;
        VersionId: string;
      };
      RequestId: string;
    };
  };
  CreateRole: {
    parameters: {
      AllowConsoleLogin?: boolean | undefined;
      AssumeRolePolicyDocument?: string | undefined;
      Description?: string | undefined;
      MaxSessionDuration?: number | undefined;
      RoleName?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      RequestId: string;
      Role: {
        AllowConsoleLogin: boolean;
        Arn: string;
        AssumeRolePolicyDocument: string;
        CreateDate: string;
        Description: string;
        MaxSessionDuration: number;
        RoleId: string;
        RoleName: string;
      };
    };
  };
  CreateServiceLinkedRole: {
    parameters: {
      CustomSuffix?: string | undefined;
      Description?: string | undefined;
      ServiceName: string;
    };
    response: {
      RequestId: string;
      Role: {
        Arn: string;
        AssumeRolePolicyDocument: string;
        CreateDate: string;
        Description: string;
        IsServiceLinkedRole: boolean;
        RoleId: string;
        RoleName: string;
      };
    };
  };
  CreateUser: {
    parameters: {
      Comments?: string | undefined;
      DisplayName?: string | undefined;
      Email?: string | undefined;
      MobilePhone?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
      User: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        Email: string;
        MobilePhone: string;
        UserId: string;
        UserName: string;
      };
    };
  };
  CreateVirtualMFADevice: {
    parameters: {
      VirtualMFADeviceName?: string | undefined;
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
  DecodeDiagnosticMessage: {
    parameters: {
      EncodedDiagnosticMessage?: string | undefined;
    };
    response: {
      DecodedDiagnosticMessage: {
        AuthAction: string;
        AuthConditions: {
          ConditionKey: string;
          ConditionValues: string[];
        }[];
        AuthPrincipal: {
          AuthPrincipalDisplayName: string;
          AuthPrincipalOwnerId: string;
          AuthPrincipalType: string;
        };
        AuthResource: string;
        ExplicitDeny: boolean;
        MatchedPolicies: {
          AttachedEntityType?: string;
          AttachedScope: string;
          Effect: string;
          PolicyIdentifier: string;
          PolicyType: string;
          PolicyVersion?: string;
        }[];
        NoPermissionPolicyType: string;
      };
      RequestId: string;
    };
  };
  DeleteAccessKey: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserName?: string | undefined;
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
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeletePolicy: {
    parameters: {
      CascadingDelete?: boolean | undefined;
      PolicyName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeletePolicyVersion: {
    parameters: {
      PolicyName?: string | undefined;
      VersionId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteRole: {
    parameters: {
      RoleName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteServiceLinkedRole: {
    parameters: {
      RoleName: string;
    };
    response: {
      DeletionTaskId: string;
      RequestId: string;
    };
  };
  DeleteUser: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DeleteVirtualMFADevice: {
    parameters: {
      SerialNumber?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DetachPolicyFromGroup: {
    parameters: {
      GroupName?: string | undefined;
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DetachPolicyFromRole: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
      RoleName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  DetachPolicyFromUser: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      ResourceGroupId?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  GetAccessKeyLastUsed: {
    parameters: {
      UserAccessKeyId?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      AccessKeyLastUsed: {
        LastUsedDate: string;
      };
      RequestId: string;
    };
  };
  GetAccountAlias: {
    parameters: Record<never, never>;
    response: {
      AccountAlias: string;
      RequestId: string;
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
        GroupId: string;
        GroupName: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetLoginProfile: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      LoginProfile: {
        CreateDate: string;
        MFABindRequired: boolean;
        PasswordResetRequired: boolean;
        UserName: string;
      };
      RequestId: string;
    };
  };
  GetPasswordPolicy: {
    parameters: Record<never, never>;
    response: {
      PasswordPolicy: {
        HardExpiry: boolean;
        MaxLoginAttemps: number;
        MaxPasswordAge: number;
        MinimumPasswordLength: number;
        PasswordReusePrevention: number;
        RequireLowercaseCharacters: boolean;
        RequireNumbers: boolean;
        RequireSymbols: boolean;
        RequireUppercaseCharacters: boolean;
      };
      RequestId: string;
    };
  };
  GetPolicy: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
    };
    response: {
      DefaultPolicyVersion: {
        CreateDate: string;
        IsDefaultVersion: boolean;
        PolicyDocument: string;
        VersionId: string;
      };
      Policy: {
        AttachmentCount: number;
        CreateDate: string;
        DefaultVersion: string;
        Description: string;
        PolicyDocument: string;
        PolicyName: string;
        PolicyType: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  GetPolicyVersion: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
      VersionId?: string | undefined;
    };
    response: {
      PolicyVersion: {
        CreateDate: string;
        IsDefaultVersion: boolean;
        PolicyDocument: string;
        VersionId: string;
      };
      RequestId: string;
    };
  };
  GetRole: {
    parameters: {
      RoleName?: string | undefined;
    };
    response: {
      RequestId: string;
      Role: {
        AllowConsoleLogin: boolean;
        Arn: string;
        AssumeRolePolicyDocument: string;
        CreateDate: string;
        Description: string;
        IsServiceLinkedRole: boolean;
        LatestDeletionTask?: {
          CreateDate: string;
          DeletionTaskId: string;
        };
        MaxSessionDuration: number;
        RoleId: string;
        RoleName: string;
        RolePrincipalName: string;
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
        };
        LoginProfilePreference: {
          AllowUserToChangePassword: boolean;
          EnableSaveMFATicket: boolean;
          LoginNetworkMasks: string;
          LoginSessionDuration: number;
        };
        MFAPreference: {
          AllowUserToManageMFADevices: boolean;
        };
        PublicKeyPreference: {
          AllowUserToManagePublicKeys: boolean;
        };
      };
    };
  };
  GetServiceLinkedRoleTemplate: {
    parameters: {
      ServiceName: string;
    };
    response: {
      RequestId: string;
      ServiceLinkedRoleTemplate: {
        MultipleRolesAllowed: boolean;
        RoleDescriptions: {
          RoleDescription: {
            Description: string;
            Language: string;
          }[];
        };
        RoleNamePrefix: string;
        ServiceName: string;
        SystemPolicyName: string;
      };
    };
  };
  GetUser: {
    parameters: {
      UserName?: string | undefined;
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
        UpdateDate: string;
        UserId: string;
        UserName: string;
      };
    };
  };
  GetUserMFAInfo: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      MFADevice: {
        SerialNumber: string;
        Type: string;
      };
      RequestId: string;
    };
  };
  ListAccessKeys: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      AccessKeys: {
        AccessKey: {
          AccessKeyId: string;
          CreateDate: string;
          Status: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListEntitiesForPolicy: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
    };
    response: {
      Groups: {
        Group: {
          AttachDate: string;
          Comments: string;
          GroupName: string;
        }[];
      };
      RequestId: string;
      Roles: {
        Role: {
          Arn: string;
          AttachDate: string;
          Description: string;
          RoleId: string;
          RoleName: string;
        }[];
      };
      Users: {
        User: {
          AttachDate: string;
          DisplayName: string;
          UserId: string;
          UserName: string;
        }[];
      };
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
      UserName?: string | undefined;
    };
    response: {
      Groups: {
        Group: {
          Comments: string;
          GroupId: string;
          GroupName: string;
          JoinDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPolicies: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      PolicyType?: string | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      Policies: {
        Policy: {
          AttachmentCount: number;
          CreateDate: string;
          DefaultVersion: string;
          Description: string;
          PolicyName: string;
          PolicyType: string;
          Tags: {
            Tag: {
              TagKey: string;
              TagValue: string;
            }[];
          };
          UpdateDate: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPoliciesForGroup: {
    parameters: {
      GroupName?: string | undefined;
    };
    response: {
      Policies: {
        Policy: {
          AttachDate: string;
          DefaultVersion: string;
          Description: string;
          PolicyName: string;
          PolicyType: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPoliciesForRole: {
    parameters: {
      RoleName?: string | undefined;
    };
    response: {
      Policies: {
        Policy: {
          AttachDate: string;
          DefaultVersion: string;
          Description: string;
          PolicyName: string;
          PolicyType: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPoliciesForUser: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      Policies: {
        Policy: {
          AttachDate: string;
          DefaultVersion: string;
          Description: string;
          PolicyName: string;
          PolicyType: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListPolicyVersions: {
    parameters: {
      PolicyName?: string | undefined;
      PolicyType?: string | undefined;
    };
    response: {
      PolicyVersions: {
        PolicyVersion: {
          CreateDate: string;
          IsDefaultVersion: boolean;
          PolicyDocument: string;
          VersionId: string;
        }[];
      };
      RequestId: string;
    };
  };
  ListRoles: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      IsTruncated: boolean;
      Marker?: string;
      RequestId: string;
      Roles: {
        Role: {
          AllowConsoleLogin: boolean;
          Arn: string;
          CreateDate: string;
          Description: string;
          MaxSessionDuration: number;
          RoleId: string;
          RoleName: string;
          Tags: {
            Tag: {
              TagKey: string;
              TagValue: string;
            }[];
          };
          UpdateDate: string;
        }[];
      };
    };
  };
  ListTagResources: {
    parameters: {
      NextToken?: string | undefined;
      PageSize?: number | undefined;
      ResourceNames?: readonly string[] | undefined;
      ResourceType: string;
      Tag?: readonly {
        Key: string;
        Value: string;
      }[] | undefined;
    };
    response: {
      NextToken?: string;
      RequestId: string;
      TagResources: {
        ResourceName: string;
        ResourceType: string;
        TagKey: string;
        TagValue: string;
      }[];
    };
  };
  ListUsers: {
    parameters: {
      Marker?: string | undefined;
      MaxItems?: number | undefined;
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
          MobilePhone: string;
          UpdateDate: string;
          UserId: string;
          UserName: string;
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
          UserName: string;
        }[];
      };
    };
  };
  ListVirtualMFADevices: {
    parameters: Record<never, never>;
    response: {
      RequestId: string;
      VirtualMFADevices: {
        VirtualMFADevice: {
          ActivateDate: string;
          SerialNumber: string;
          User?: {
            DisplayName: string;
            UserId: string;
            UserName: string;
          };
        }[];
      };
    };
  };
  RemoveUserFromGroup: {
    parameters: {
      GroupName?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SetAccountAlias: {
    parameters: {
      AccountAlias?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SetDefaultPolicyVersion: {
    parameters: {
      PolicyName?: string | undefined;
      VersionId?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  SetPasswordPolicy: {
    parameters: {
      HardExpiry?: boolean | undefined;
      MaxLoginAttemps?: number | undefined;
      MaxPasswordAge?: number | undefined;
      MinimumPasswordLength?: number | undefined;
      PasswordReusePrevention?: number | undefined;
      RequireLowercaseCharacters?: boolean | undefined;
      RequireNumbers?: boolean | undefined;
      RequireSymbols?: boolean | undefined;
      RequireUppercaseCharacters?: boolean | undefined;
    };
    response: {
      PasswordPolicy: {
        HardExpiry: boolean;
        MaxLoginAttemps: number;
        MaxPasswordAge: number;
        MinimumPasswordLength: number;
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
      AllowUserToManageAccessKeys?: boolean | undefined;
      AllowUserToManageMFADevices?: boolean | undefined;
      AllowUserToManagePublicKeys?: boolean | undefined;
      EnableSaveMFATicket?: boolean | undefined;
      LoginNetworkMasks?: string | undefined;
      LoginSessionDuration?: number | undefined;
    };
    response: {
      RequestId: string;
      SecurityPreference: {
        AccessKeyPreference: {
          AllowUserToManageAccessKeys: boolean;
        };
        LoginProfilePreference: {
          AllowUserToChangePassword: boolean;
          EnableSaveMFATicket: boolean;
          LoginNetworkMasks: string;
          LoginSessionDuration: number;
        };
        MFAPreference: {
          AllowUserToManageMFADevices: boolean;
        };
        PublicKeyPreference: {
          AllowUserToManagePublicKeys: boolean;
        };
      };
    };
  };
  TagResources: {
    parameters: {
      ResourceNames?: readonly string[] | undefined;
      ResourceType: string;
      Tag: readonly {
        Key: string;
        Value: string;
      }[];
    };
    response: {
      RequestId: string;
    };
  };
  UnbindMFADevice: {
    parameters: {
      UserName?: string | undefined;
    };
    response: {
      MFADevice: {
        SerialNumber: string;
      };
      RequestId: string;
    };
  };
  UntagResources: {
    parameters: {
      All?: boolean | undefined;
      ResourceNames: readonly string[];
      ResourceType: string;
      TagKeys?: readonly string[] | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateAccessKey: {
    parameters: {
      Status?: string | undefined;
      UserAccessKeyId?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdateGroup: {
    parameters: {
      GroupName?: string | undefined;
      NewComments?: string | undefined;
      NewGroupName?: string | undefined;
    };
    response: {
      Group: {
        Comments: string;
        CreateDate: string;
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
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
    };
  };
  UpdatePolicyDescription: {
    parameters: {
      NewDescription?: string | undefined;
      PolicyName?: string | undefined;
    };
    response: {
      Policy: {
        CreateDate: string;
        DefaultVersion: string;
        Description: string;
        PolicyName: string;
        PolicyType: string;
        UpdateDate: string;
      };
      RequestId: string;
    };
  };
  UpdateRole: {
    parameters: {
      NewAllowConsoleLogin?: boolean | undefined;
      NewAssumeRolePolicyDocument?: string | undefined;
      NewDescription?: string | undefined;
      NewMaxSessionDuration?: number | undefined;
      RoleName?: string | undefined;
    };
    response: {
      RequestId: string;
      Role: {
        AllowConsoleLogin: boolean;
        Arn: string;
        AssumeRolePolicyDocument: string;
        CreateDate: string;
        Description: string;
        MaxSessionDuration: number;
        RoleId: string;
        RoleName: string;
        UpdateDate: string;
      };
    };
  };
  UpdateUser: {
    parameters: {
      NewComments?: string | undefined;
      NewDisplayName?: string | undefined;
      NewEmail?: string | undefined;
      NewMobilePhone?: string | undefined;
      NewUserName?: string | undefined;
      UserName?: string | undefined;
    };
    response: {
      RequestId: string;
      User: {
        Comments: string;
        CreateDate: string;
        DisplayName: string;
        Email: string;
        MobilePhone: string;
        UpdateDate: string;
        UserId: string;
        UserName: string;
      };
    };
  };
}
