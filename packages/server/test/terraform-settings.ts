/** Requests for settings of the account and identity providers, as Terraform's provider sends them. */
import { samlMetadata } from './sample-entities.ts';
import { ims, ram, ramWithRegion, type TerraformResource } from './terraform-resource.ts';

const accountAlias: TerraformResource = {
  name: 'alicloud_ram_account_alias',
  create: [ram('SetAccountAlias', { AccountAlias: 'tf-alias-1' })],
  id: '<account.accountId>',
  read: [{ ...ram('GetAccountAlias'), attributes: { account_alias: 'AccountAlias' } }],
  created: { account_alias: 'tf-alias-1' },
  updates: [
    {
      requests: [ram('SetAccountAlias', { AccountAlias: 'tf-alias-2' })],
      changes: { account_alias: 'tf-alias-2' },
    },
  ],
  isImportable: true,
  destroy: [],
  isSetting: true,
};

const setRamPasswordPolicy = (changes: Readonly<Record<string, string>> = {}) =>
  ramWithRegion('SetPasswordPolicy', {
    MinimumPasswordLength: '12',
    RequireLowercaseCharacters: 'true',
    RequireUppercaseCharacters: 'true',
    RequireNumbers: 'true',
    RequireSymbols: 'true',
    MaxLoginAttemps: '5',
    HardExpiry: 'false',
    MaxPasswordAge: '0',
    PasswordReusePrevention: '0',
    ...changes,
  });

const accountPasswordPolicy: TerraformResource = {
  name: 'alicloud_ram_account_password_policy',
  create: [setRamPasswordPolicy()],
  id: 'ram-account-password-policy',
  read: [
    {
      ...ramWithRegion('GetPasswordPolicy'),
      attributes: {
        minimum_password_length: 'PasswordPolicy.MinimumPasswordLength',
        require_lowercase_characters: 'PasswordPolicy.RequireLowercaseCharacters',
        require_uppercase_characters: 'PasswordPolicy.RequireUppercaseCharacters',
        require_numbers: 'PasswordPolicy.RequireNumbers',
        require_symbols: 'PasswordPolicy.RequireSymbols',
        hard_expiry: 'PasswordPolicy.HardExpiry',
        max_password_age: 'PasswordPolicy.MaxPasswordAge',
        password_reuse_prevention: 'PasswordPolicy.PasswordReusePrevention',
        max_login_attempts: 'PasswordPolicy.MaxLoginAttemps',
      },
    },
  ],
  created: {
    minimum_password_length: 12,
    require_lowercase_characters: true,
    require_uppercase_characters: true,
    require_numbers: true,
    require_symbols: true,
    hard_expiry: false,
    max_password_age: 0,
    password_reuse_prevention: 0,
    max_login_attempts: 5,
  },
  updates: [
    {
      requests: [setRamPasswordPolicy({ MaxPasswordAge: '90' })],
      changes: { max_password_age: 90 },
    },
    {
      requests: [setRamPasswordPolicy({ MaxPasswordAge: '90', RequireSymbols: 'false' })],
      changes: { require_symbols: false },
    },
  ],
  isImportable: true,
  // Back to the provider's defaults.
  destroy: [setRamPasswordPolicy()],
  isSetting: true,
};

const passwordPolicy: TerraformResource = {
  name: 'alicloud_ram_password_policy',
  create: [
    ims('SetPasswordPolicy', {
      MinimumPasswordLength: '10',
      RequireSymbols: 'true',
      MaxLoginAttemps: '3',
      PasswordReusePrevention: '7',
    }),
  ],
  id: '<account.accountId>',
  read: [
    {
      ...ims('GetPasswordPolicy'),
      attributes: {
        hard_expiry: 'PasswordPolicy.HardExpire',
        max_login_attemps: 'PasswordPolicy.MaxLoginAttemps',
        max_password_age: 'PasswordPolicy.MaxPasswordAge',
        minimum_password_different_character: 'PasswordPolicy.MinimumPasswordDifferentCharacter',
        minimum_password_length: 'PasswordPolicy.MinimumPasswordLength',
        password_not_contain_user_name: 'PasswordPolicy.PasswordNotContainUserName',
        password_reuse_prevention: 'PasswordPolicy.PasswordReusePrevention',
        require_lowercase_characters: 'PasswordPolicy.RequireLowercaseCharacters',
        require_numbers: 'PasswordPolicy.RequireNumbers',
        require_symbols: 'PasswordPolicy.RequireSymbols',
        require_uppercase_characters: 'PasswordPolicy.RequireUppercaseCharacters',
      },
    },
  ],
  created: {
    max_login_attemps: 3,
    minimum_password_length: 10,
    password_reuse_prevention: 7,
    require_symbols: true,
  },
  updates: [
    { requests: [ims('SetPasswordPolicy', { HardExpire: 'true' })], changes: { hard_expiry: true } },
    { requests: [ims('SetPasswordPolicy', { MaxLoginAttemps: '0' })], changes: { max_login_attemps: 0 } },
    { requests: [ims('SetPasswordPolicy', { MaxPasswordAge: '90' })], changes: { max_password_age: 90 } },
    {
      requests: [ims('SetPasswordPolicy', { MinimumPasswordDifferentCharacter: '4' })],
      changes: { minimum_password_different_character: 4 },
    },
    {
      requests: [ims('SetPasswordPolicy', { PasswordNotContainUserName: 'true' })],
      changes: { password_not_contain_user_name: true },
    },
    {
      requests: [ims('SetPasswordPolicy', { RequireSymbols: 'false' })],
      changes: { require_symbols: false },
    },
  ],
  isImportable: true,
  destroy: [],
  isSetting: true,
};

// Every update sends the session duration and the masks, also an empty list.
const setPreference = (masks: string, changes: Readonly<Record<string, string>> = {}) =>
  ims('SetSecurityPreference', { LoginSessionDuration: '7', LoginNetworkMasks: masks, ...changes });

const securityPreference: TerraformResource = {
  name: 'alicloud_ram_security_preference',
  create: [
    ims('SetSecurityPreference', {
      AllowUserToManageMFADevices: 'true',
      LoginSessionDuration: '7',
      OperationForRiskLogin: 'autonomous',
      VerificationTypes: '["sms"]',
      AllowUserToChangePassword: 'true',
      EnableSaveMFATicket: 'true',
      LoginNetworkMasks: '10.0.0.0/8',
      AllowUserToLoginWithPasskey: 'true',
      MFAOperationForLogin: 'independent',
      AllowUserToManageAccessKeys: 'true',
      MaxIdleDaysForUsers: '180',
      MaxIdleDaysForAccessKeys: '180',
      AllowUserToManagePersonalDingTalk: 'true',
    }),
  ],
  id: '<account.accountId>',
  read: [
    {
      ...ims('GetSecurityPreference'),
      attributes: {
        allow_user_to_manage_access_keys:
          'SecurityPreference.AccessKeyPreference.AllowUserToManageAccessKeys',
        allow_user_to_change_password: 'SecurityPreference.LoginProfilePreference.AllowUserToChangePassword',
        allow_user_to_login_with_passkey:
          'SecurityPreference.LoginProfilePreference.AllowUserToLoginWithPasskey',
        enable_save_mfa_ticket: 'SecurityPreference.LoginProfilePreference.EnableSaveMFATicket',
        login_network_masks: 'SecurityPreference.LoginProfilePreference.LoginNetworkMasks',
        login_session_duration: 'SecurityPreference.LoginProfilePreference.LoginSessionDuration',
        mfa_operation_for_login: 'SecurityPreference.LoginProfilePreference.MFAOperationForLogin',
        operation_for_risk_login: 'SecurityPreference.LoginProfilePreference.OperationForRiskLogin',
        allow_user_to_manage_mfa_devices: 'SecurityPreference.MFAPreference.AllowUserToManageMFADevices',
        max_idle_days_for_access_keys: 'SecurityPreference.MaxIdleDays.MaxIdleDaysForAccessKeys',
        max_idle_days_for_users: 'SecurityPreference.MaxIdleDays.MaxIdleDaysForUsers',
        allow_user_to_manage_personal_ding_talk:
          'SecurityPreference.PersonalInfoPreference.AllowUserToManagePersonalDingTalk',
        verification_types: 'SecurityPreference.VerificationPreference.VerificationTypes',
      },
    },
  ],
  created: {
    allow_user_to_manage_access_keys: true,
    allow_user_to_change_password: true,
    allow_user_to_login_with_passkey: true,
    enable_save_mfa_ticket: true,
    login_network_masks: '10.0.0.0/8',
    login_session_duration: 7,
    mfa_operation_for_login: 'independent',
    operation_for_risk_login: 'autonomous',
    allow_user_to_manage_mfa_devices: true,
    max_idle_days_for_access_keys: 180,
    max_idle_days_for_users: 180,
    allow_user_to_manage_personal_ding_talk: true,
    verification_types: ['sms'],
  },
  updates: [
    {
      requests: [setPreference('10.0.0.0/8', { EnableSaveMFATicket: 'false' })],
      changes: { enable_save_mfa_ticket: false },
    },
    { requests: [setPreference('')], changes: { login_network_masks: '' } },
    {
      requests: [setPreference('', { AllowUserToManageAccessKeys: 'false' })],
      changes: { allow_user_to_manage_access_keys: false },
    },
    { requests: [setPreference('', { VerificationTypes: '[]' })], changes: { verification_types: [] } },
    {
      requests: [setPreference('', { MaxIdleDaysForUsers: '90' })],
      changes: { max_idle_days_for_users: 90 },
    },
    {
      requests: [setPreference('', { MFAOperationForLogin: 'mandatory' })],
      changes: { mfa_operation_for_login: 'mandatory' },
    },
    { requests: [setPreference('', { LoginSessionDuration: '8' })], changes: { login_session_duration: 8 } },
  ],
  isImportable: true,
  destroy: [],
  isSetting: true,
};

const samlProvider: TerraformResource = {
  name: 'alicloud_ram_saml_provider',
  create: [
    ims('CreateSAMLProvider', {
      SAMLProviderName: 'tf-saml',
      Description: 'made by Terraform',
      EncodedSAMLMetadataDocument: samlMetadata,
    }),
  ],
  id: '<SAMLProvider.SAMLProviderName>',
  read: [
    {
      ...ims('GetSAMLProvider', { SAMLProviderName: '<id>' }),
      attributes: {
        arn: 'SAMLProvider.Arn',
        description: 'SAMLProvider.Description',
        update_date: 'SAMLProvider.UpdateDate',
        saml_provider_name: 'SAMLProvider.SAMLProviderName',
        encodedsaml_metadata_document: 'SAMLProvider.EncodedSAMLMetadataDocument',
      },
      gone: ['EntityNotExist.SAMLProvider'],
    },
  ],
  created: {
    arn: 'acs:ram::<account.accountId>:saml-provider/tf-saml',
    description: 'made by Terraform',
    saml_provider_name: 'tf-saml',
    encodedsaml_metadata_document: samlMetadata,
  },
  computed: ['update_date'],
  // Every update sends the metadata again.
  updates: ['changed', ''].map((description) => ({
    requests: [
      ims('UpdateSAMLProvider', {
        SAMLProviderName: '<id>',
        NewDescription: description,
        NewEncodedSAMLMetadataDocument: samlMetadata,
      }),
    ],
    changes: { description },
  })),
  isImportable: true,
  destroy: [ims('DeleteSAMLProvider', { SAMLProviderName: '<id>' })],
};

const OLD_FINGERPRINT = '902ef2deeb3c5b13ea4c3d5193629309e231ae55';
const NEW_FINGERPRINT = '1'.repeat(40);

const changeOidc = (changes: Readonly<Record<string, string>>) =>
  ims('UpdateOIDCProvider', { OIDCProviderName: '<id>', ...changes });

const oidcProvider: TerraformResource = {
  name: 'alicloud_ims_oidc_provider',
  create: [
    ims('CreateOIDCProvider', {
      OIDCProviderName: 'tf-oidc',
      IssuerUrl: 'https://oidc.example.com',
      Description: 'made by Terraform',
      IssuanceLimitTime: '12',
      ClientIds: 'first,second',
      Fingerprints: OLD_FINGERPRINT,
    }),
  ],
  id: '<OIDCProvider.OIDCProviderName>',
  read: [
    {
      ...ims('GetOIDCProvider', { OIDCProviderName: '<id>' }),
      attributes: {
        arn: 'OIDCProvider.Arn',
        create_time: 'OIDCProvider.CreateDate',
        description: 'OIDCProvider.Description',
        issuance_limit_time: 'OIDCProvider.IssuanceLimitTime',
        issuer_url: 'OIDCProvider.IssuerUrl',
        oidc_provider_name: 'OIDCProvider.OIDCProviderName',
        client_ids: 'OIDCProvider.ClientIds',
        fingerprints: 'OIDCProvider.Fingerprints',
      },
      gone: ['EntityNotExist.OIDCProvider'],
    },
  ],
  created: {
    arn: 'acs:ram::<account.accountId>:oidc-provider/tf-oidc',
    description: 'made by Terraform',
    issuance_limit_time: 12,
    issuer_url: 'https://oidc.example.com',
    oidc_provider_name: 'tf-oidc',
    client_ids: 'first,second',
    fingerprints: OLD_FINGERPRINT,
  },
  updates: [
    { requests: [changeOidc({ NewDescription: 'changed' })], changes: { description: 'changed' } },
    { requests: [changeOidc({ NewDescription: '' })], changes: { description: '' } },
    { requests: [changeOidc({ IssuanceLimitTime: '6' })], changes: { issuance_limit_time: 6 } },
    { requests: [changeOidc({ ClientIds: 'third' })], changes: { client_ids: 'third' } },
    {
      // The new fingerprint is added first: a provider has at least one.
      requests: [
        ims('AddFingerprintToOIDCProvider', { OIDCProviderName: '<id>', Fingerprint: NEW_FINGERPRINT }),
        ims('RemoveFingerprintFromOIDCProvider', { OIDCProviderName: '<id>', Fingerprint: OLD_FINGERPRINT }),
      ],
      changes: { fingerprints: NEW_FINGERPRINT },
    },
  ],
  isImportable: true,
  destroy: [ims('DeleteOIDCProvider', { OIDCProviderName: '<id>' })],
};

/** Settings of the account, and identity providers. */
export const TERRAFORM_SETTINGS: readonly TerraformResource[] = [
  accountAlias,
  accountPasswordPolicy,
  passwordPolicy,
  securityPreference,
  samlProvider,
  oidcProvider,
];
