import type { Generated } from 'kysely';

/**
 * The tables, as Kysely sees them; one schema for SQLite and PostgreSQL.
 *
 * Instants are whole milliseconds since the epoch (bigint columns). Names that RAM compares without
 * regard to case are stored twice: as written, and lower-cased in a `…_key` column that carries the index.
 * Text that holds a JSON document is stored as the text that was accepted, so that it is echoed unchanged.
 */
export interface Schema {
  accounts: AccountRow;
  account_settings: AccountSettingsRow;
  users: UserRow;
  access_keys: AccessKeyRow;
  access_key_uses: AccessKeyUseRow;
  groups: GroupRow;
  group_members: GroupMemberRow;
  roles: RoleRow;
  policies: PolicyRow;
  policy_versions: PolicyVersionRow;
  policy_attachments: PolicyAttachmentRow;
  tags: TagRow;
  audit_events: AuditEventRow;
  changes: ChangeRow;
  password_policies: PasswordPolicyRow;
  login_profiles: LoginProfileRow;
  password_history: PasswordHistoryRow;
  mfa_devices: MfaDeviceRow;
  passkeys: PasskeyRow;
  verification_contacts: VerificationContactRow;
  reports: ReportRow;
  applications: ApplicationRow;
  app_secrets: AppSecretRow;
  application_provisions: ApplicationProvisionRow;
  service_credentials: ServiceCredentialRow;
  saml_providers: SamlProviderRow;
  oidc_providers: OidcProviderRow;
  used_saml_assertions: UsedSamlAssertionRow;
  user_sso_settings: UserSsoSettingsRow;
  console_sessions: ConsoleSessionRow;
  mfa_tickets: MfaTicketRow;
  root_sign_ins: RootSignInRow;
  access_key_ceilings: AccessKeyCeilingRow;
  guards: GuardRow;
  guard_connections: GuardConnectionRow;
  domain_claims: DomainClaimRow;
  session_generations: SessionGenerationRow;
  account_protections: AccountProtectionRow;
  completed_sweeps: CompletedSweepRow;
  row_counts: RowCountRow;
}

/** A sweep over the whole database that was completed, and is not made again. */
export interface CompletedSweepRow {
  sweep_name: string;
  completed_at: number;
}

/** A count that triggers keep; see store/row-counts.ts. */
export interface RowCountRow {
  account_id: string;
  counted: string;
  row_count: number;
}

export interface AccountRow {
  /** 16 digits, beginning with 1. */
  account_id: string;
  /** What the operator calls it; shown in lists only. */
  account_name: string;
  /** `<alias>.onaliyun.com`, lower case, unique in the installation. */
  default_domain: string;
  status: 'Active' | 'Disabled';
  /** The account's data key, wrapped by the master key; see secrets/. */
  wrapped_data_key: string;
  root_login_name: string;
  /** argon2id, PHC string format; null when the root cannot sign in to the console. */
  root_password_hash: string | null;
  root_password_must_change: number;
  created_at: number;
}

export interface AccountSettingsRow {
  account_id: string;
  /** JSON of settings/security-preference; only what differs from the defaults. */
  security_preference: string;
  /** JSON of the account-level AccessKey network policy as it was set; null when never set. */
  access_key_network_policy: string | null;
  updated_at: number;
}

export interface UserRow {
  /** 18 digits, beginning with 2. */
  user_id: string;
  account_id: string;
  user_name: string;
  /** Lower-cased; unique in the account among users that are not in the recycle bin. */
  user_name_key: string;
  display_name: string;
  comments: string;
  email: string;
  mobile_phone: string;
  provision_type: 'Manual' | 'SCIM' | 'CloudSSO';
  created_at: number;
  updated_at: number;
  last_login_at: number | null;
  /** Set while the user is in the recycle bin. */
  recycled_at: number | null;
  /** When the recycle bin lets go of it. */
  purge_at: number | null;
}

export interface PasswordPolicyRow {
  account_id: string;
  /** JSON of passwords/password-policy; only what differs from the defaults. */
  policy: string;
  updated_at: number;
}

/** How a RAM user signs in to the console. */
export interface LoginProfileRow {
  user_id: string;
  account_id: string;
  /** argon2id, PHC string format; null for a user that signs in without a password. */
  password_hash: string | null;
  password_set_at: number;
  /** 1 while the password is the one that sign-in was enabled with, and was never used. */
  password_initial: number;
  password_reset_required: number;
  mfa_bind_required: number;
  status: 'Active' | 'Inactive';
  created_at: number;
  updated_at: number;
  /** When sign-in was last enabled: users are idle from then on, until they sign in. */
  enabled_at: number;
  /** Wrong passwords in a row. */
  failed_attempts: number;
  locked_until: number | null;
}

/** The passwords a user had, the present one included; it outlives the login profile. */
export interface PasswordHistoryRow {
  user_id: string;
  /** Counts up; the highest is the latest. */
  sequence: number;
  account_id: string;
  /** argon2id, PHC string format; all of a user with the same salt. */
  password_hash: string;
  set_at: number;
}

/** Virtual MFA devices, bound to somebody or not. */
export interface MfaDeviceRow {
  account_id: string;
  device_name: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_seed: string;
  created_at: number;
  owner_type: 'root' | 'user' | null;
  /** The user id, or the account id for the root; null while it is not bound. */
  owner_id: string | null;
  bound_at: number | null;
  /** The time step of the last code that was accepted: neither it nor an earlier one is accepted again. */
  last_step: number | null;
  /** Wrong codes in a row. */
  failed_attempts: number;
  locked_until: number | null;
}

export interface PasskeyRow {
  /** `PASSKEY-` and 20 alphanumerics. */
  passkey_id: string;
  account_id: string;
  user_id: string;
  passkey_name: string;
  /** Base64url, as the authenticator gave it. */
  credential_id: string;
  /** COSE key, Base64url. */
  public_key: string;
  sign_count: number;
  /** JSON array. */
  transports: string;
  created_at: number;
  last_used_at: number | null;
}

/** A mobile phone or mailbox that codes can be sent to when a user has to verify itself. */
export interface VerificationContactRow {
  user_id: string;
  verify_type: 'sms' | 'email';
  account_id: string;
  contact: string;
  /** `pending` until its owner has shown that it can be reached there. */
  status: 'active' | 'pending';
  updated_at: number;
}

export interface AccessKeyRow {
  access_key_id: string;
  account_id: string;
  owner_type: 'root' | 'user';
  /** The user id, or the account id for a key of the root. */
  owner_id: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  status: 'Active' | 'Inactive';
  created_at: number;
  updated_at: number;
  /** Optional expiry; unseen by RAM's clients. */
  expires_at: number | null;
  /** JSON of the key-level network policy as it was set; null when never set. */
  network_policy: string | null;
  recycled_at: number | null;
  purge_at: number | null;
}

/** The last use of a key at each service; telemetry, written in batches. */
export interface AccessKeyUseRow {
  access_key_id: string;
  service_name: string;
  region_id: string;
  source_ip: string;
  used_at: number;
}

export interface GroupRow {
  group_id: string;
  account_id: string;
  group_name: string;
  group_name_key: string;
  display_name: string;
  comments: string;
  created_at: number;
  updated_at: number;
}

export interface GroupMemberRow {
  account_id: string;
  group_id: string;
  user_id: string;
  joined_at: number;
}

export interface RoleRow {
  /** 18 digits, beginning with 3. */
  role_id: string;
  account_id: string;
  role_name: string;
  role_name_key: string;
  description: string;
  assume_role_policy: string;
  /** JSON object: the ids that the names in `assume_role_policy` stood for when it was written, by their ARNs. */
  trusted_identities: string;
  max_session_seconds: number;
  created_at: number;
  updated_at: number;
}

/** Custom policies; system policies are code (policies/system-policies.ts). */
export interface PolicyRow {
  account_id: string;
  policy_name: string;
  policy_name_key: string;
  description: string;
  /** Number of the default version: 3 for `v3`. */
  default_version: number;
  /** The highest version number ever given; numbers are not used again. */
  latest_version: number;
  created_at: number;
  updated_at: number;
}

export interface PolicyVersionRow {
  account_id: string;
  policy_name_key: string;
  version: number;
  document: string;
  created_at: number;
}

export interface PolicyAttachmentRow {
  account_id: string;
  principal_type: 'user' | 'group' | 'role';
  /** The user, group or role id. */
  principal_id: string;
  policy_type: 'System' | 'Custom';
  policy_name_key: string;
  attached_at: number;
}

export interface TagRow {
  account_id: string;
  resource_type: 'user' | 'group' | 'role' | 'policy';
  /** The id of the user, group or role; the name key of the policy. */
  resource_id: string;
  tag_key: string;
  tag_value: string;
}

export interface AuditEventRow {
  /** The request id. */
  event_id: string;
  /** Empty when the request's key belongs to no account. */
  account_id: string;
  event_time: number;
  event_name: string;
  service_name: string;
  event_rw: 'Read' | 'Write';
  access_key_id: string;
  user_name: string;
  source_ip: string;
  error_code: string;
  /** The nonce of a verified signature: a restarted node refuses replays of what the last one served. */
  signature_nonce: string;
  /** The ActionTrail event as JSON, without secrets. */
  event: string;
}

/** The last report of a kind. */
export interface ReportRow {
  account_id: string;
  kind: 'credential' | 'governance';
  generated_at: number;
  /** JSON, as reports/ reads and writes it. */
  content: string;
}

/** OAuth applications; each belongs to the account that made it. */
export interface ApplicationRow {
  /** 19 digits, beginning with 4; unique in the installation. */
  app_id: string;
  account_id: string;
  app_name: string;
  /** Lower-cased; unique in the account. */
  app_name_key: string;
  display_name: string;
  app_type: 'WebApp' | 'NativeApp' | 'ServerApp';
  protocol_version: '2.0' | '2.1';
  /** JSON array, in the order that they were given. */
  redirect_uris: string;
  /** JSON array of scope names. */
  scopes: string;
  /** JSON array: those of `scopes` that whoever grants cannot leave out. */
  required_scopes: string;
  access_token_seconds: number;
  refresh_token_seconds: number;
  secret_required: number;
  /** 1 when other accounts may install it. */
  multi_tenant: number;
  created_at: number;
  updated_at: number;
}

export interface AppSecretRow {
  /** A UUID in lower case. */
  app_secret_id: string;
  app_id: string;
  account_id: string;
  /** SHA-256 of the secret, hexadecimal: it is only ever compared. */
  secret_hash: string;
  created_at: number;
}

/** An application that an account has installed: one of its own, or of another account. */
export interface ApplicationProvisionRow {
  /** The account that has installed it. */
  account_id: string;
  app_id: string;
  /** The account that the application is of. */
  owner_account_id: string;
  /** JSON array of the scopes that were granted. */
  scopes: string;
  created_at: number;
  updated_at: number;
}

/** What a RAM user shows to one cloud service instead of an AccessKey. */
export interface ServiceCredentialRow {
  /** `SC` and 18 alphanumerics. */
  service_credential_id: string;
  account_id: string;
  user_id: string;
  credential_name: string;
  /** A host name, lower case. */
  service_name: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  status: 'Active' | 'Inactive';
  /** Null: it does not expire. */
  expires_at: number | null;
  created_at: number;
  updated_at: number;
}

/** Identity providers that speak SAML 2.0, for the sessions of roles. */
export interface SamlProviderRow {
  /** `idp-` and 16 alphanumerics; never used again, unlike the name. */
  provider_id: string;
  account_id: string;
  provider_name: string;
  provider_name_key: string;
  description: string;
  /** The Base64 text as it was given; empty while there is none. */
  metadata: string;
  authn_sign_algorithm: 'rsa-sha1' | 'rsa-sha256';
  created_at: number;
  updated_at: number;
}

/** Identity providers that speak OpenID Connect, for the sessions of roles. */
export interface OidcProviderRow {
  /** `idp-` and 16 alphanumerics; never used again, unlike the name. */
  provider_id: string;
  account_id: string;
  provider_name: string;
  provider_name_key: string;
  /** As it was given: what tokens must name as their issuer, letter by letter. */
  issuer_url: string;
  description: string;
  /** JSON array, in the order that they were given. */
  client_ids: string;
  /** JSON array, in the order that they were given. */
  fingerprints: string;
  issuance_limit_hours: number;
  created_at: number;
  updated_at: number;
}

/** SAML assertions that have opened a session: none opens a second one. */
export interface UsedSamlAssertionRow {
  account_id: string;
  /** SHA-256 of its issuer and id, hexadecimal. */
  assertion_hash: string;
  /** When the assertion is no longer valid, so that its use need not be remembered. */
  expires_at: number;
}

/** How the RAM users of an account sign in to the console through an identity provider. */
export interface UserSsoSettingsRow {
  account_id: string;
  sso_enabled: number;
  /** The Base64 text as it was given; empty while there is none. */
  metadata: string;
  auxiliary_domain: string;
  login_with_domain: number;
  authn_sign_algorithm: 'rsa-sha1' | 'rsa-sha256';
  /** Whether a response that answers no request of the console signs a user in. */
  unsolicited_responses: number;
  updated_at: number;
}

/** A session of the console: signed in, or on the way there. */
export interface ConsoleSessionRow {
  /** SHA-256 of what the browser has, hexadecimal. */
  session_hash: string;
  /** `cs-` and 20 alphanumerics; stays when the browser's part is replaced. */
  session_id: string;
  account_id: string;
  owner_type: 'root' | 'user';
  /** The user id, or the account id for the root. */
  owner_id: string;
  /** `pending` while a step of signing in is still to be done: it can do nothing but that. */
  stage: 'pending' | 'full';
  /** When the password was set that the session rests on; 0 for one that rests on an identity provider. */
  password_set_at: number;
  /** The second factor that it rests on, as session/second-factor.ts names it; it ends when that is taken away. */
  second_factor: string | null;
  /** 0 when a browser that had shown it lately was spared it. */
  second_factor_shown: number;
  signed_in_at: number;
  /** To the minute. */
  last_seen_at: number;
  expires_at: number;
  step_up_until: number | null;
  source_ip: string;
  user_agent: string;
  /** What an authenticator has to sign next; it is taken away by the first answer, right or wrong. */
  challenge: string | null;
  challenge_purpose: 'sign-in' | 'step-up' | 'registration' | null;
  challenge_expires_at: number | null;
  /** Of the device that is being bound. Sealed; see secrets/sealed-columns.ts. */
  sealed_seed: string | null;
}

/** A browser that has shown a second factor lately, and is spared it. */
export interface MfaTicketRow {
  /** SHA-256, hexadecimal. */
  ticket_hash: string;
  account_id: string;
  user_id: string;
  /** What was shown, as session/second-factor.ts names it. */
  second_factor: string;
  expires_at: number;
}

/** What signing in as the account root leaves behind. */
export interface RootSignInRow {
  account_id: string;
  /** 0 while it is the one-time password. */
  password_set_at: number;
  last_login_at: number | null;
  /** Wrong passwords in a row. */
  failed_attempts: number;
  locked_until: number | null;
}

/** How long AccessKeys of an account last at most. */
export interface AccessKeyCeilingRow {
  account_id: string;
  days: number;
  updated_at: number;
}

/** How often the sessions that rest on a subject were ended; `revocation/role-session-generation.ts`. */
export interface SessionGenerationRow {
  /** `role:<id>`, `user:<id>`, `access-key:<id>` or `account:<id>`. */
  subject: string;
  account_id: string;
  generation: number;
  revoked_at: number;
}

/** What an account's AccessKeys may not do without a second factor; no row: nothing. */
export interface AccountProtectionRow {
  account_id: string;
  /** 0 or 1. */
  credential_changes_need_mfa: number;
  updated_at: number;
}

/** A domain that one account has beside its default domain: see accounts/domain-claim.ts. */
export interface DomainClaimRow {
  /** Lower case. */
  domain: string;
  account_id: string;
  /** Of an auxiliary domain: when its DNS said that it is the account's; null for an alias that was given up. */
  proven_at: number | null;
  /** Set when the account has given the domain up: until then no other account may take it. */
  released_until: number | null;
}

/** What changed, for the caches of this node and the others. Written in the transaction of the change. */
export interface ChangeRow {
  revision: Generated<number>;
  account_id: string;
  topic: ChangeTopic;
  subject: string;
  changed_at: number;
}

/** A registered guard: a process that verifies requests to some services for an account. */
export interface GuardRow {
  /** `guard-` and 16 lower-case alphanumerics. */
  guard_id: string;
  account_id: string;
  guard_name: string;
  /** Lower-cased; unique in the account. */
  guard_name_key: string;
  /** RAM codes, lower-cased and sorted; a JSON array of texts. */
  services: string;
  status: 'Active' | 'Disabled';
  access_key_id: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  /** From which addresses the guard may call, as a key's network policy; null for whatever the account allows. */
  network_policy: string | null;
  created_at: number;
  updated_at: number;
}

/** A guard that follows its account's credentials; written by the node that it is connected to. */
export interface GuardConnectionRow {
  connection_id: string;
  guard_id: string;
  account_id: string;
  source_ip: string;
  /** Of the guard's software, as it says; empty when it says nothing. */
  version: string;
  connected_at: number;
  /** When the guard last had everything. */
  confirmed_at: number;
}

/**
 * What a cache may hold, and so what a change makes it forget:
 * `access-key` (subject: its id), `user` and `role` (subject: their id; also when their policies, groups or
 * trust policy change), `group` (subject: its id; when its policies change or it is deleted), `policy` (subject: the
 * name key of a custom policy; when the document in force changes, comes or goes), `guard` (subject: the id of its
 * AccessKey), `account` (subject: the account id;
 * settings, status), `identity-provider` (subject: its id; only when it is deleted).
 * `everything` is never written: a node hears it that was cut off for longer than the log reaches back.
 */
export type ChangeTopic =
  | 'access-key'
  | 'user'
  | 'role'
  | 'group'
  | 'policy'
  | 'account'
  | 'identity-provider'
  | 'guard'
  | 'everything';
