import type { Generated } from 'kysely';

/**
 * Tables, as Kysely sees them; one schema for SQLite and PostgreSQL.
 *
 * Instants are whole milliseconds since the epoch (bigint columns). Names that RAM compares case-insensitively are
 * stored twice: as written, and lower-cased in a `…_key` column that carries the index. JSON documents are stored as
 * the accepted text, so that they are returned unchanged.
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
  audit_records: AuditRecordRow;
  audit_unchained: UnchainedRecordRow;
  audit_blocks: AuditBlockRow;
  audit_checkpoints: AuditCheckpointRow;
  audit_cuts: AuditCutRow;
  audit_heads: AuditHeadRow;
  audit_signing_keys: AuditSigningKeyRow;
  audit_deliveries: AuditDeliveryRow;
  audit_event_resources: AuditEventResourceRow;
  changes: ChangeRow;
  password_policies: PasswordPolicyRow;
  login_profiles: LoginProfileRow;
  password_history: PasswordHistoryRow;
  mfa_devices: MfaDeviceRow;
  passkeys: PasskeyRow;
  verification_contacts: VerificationContactRow;
  report_parts: ReportPartRow;
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
  leases: LeaseRow;
  housekeeping_rounds: HousekeepingRoundRow;
  row_counts: RowCountRow;
  backups: BackupRow;
}

/** Complete backup. */
export interface BackupRow {
  backup_id: string;
  /** Moment whose data it holds. */
  began_at: number;
  completed_at: number;
  destination: 'file' | 'folder' | 's3';
  row_count: number;
  /** Size of the encrypted file. */
  byte_count: number;
  includes_master_key: number;
}

/** Round of housekeeping, on any node. */
export interface HousekeepingRoundRow {
  begun_at: number;
}

/** Work that one node does at a time; see store/lease.ts. */
export interface LeaseRow {
  lease_name: string;
  /** Random for each time that it is taken. */
  holder: string;
  held_until: number;
}

/** Completed sweep over the whole database, which is not repeated. */
export interface CompletedSweepRow {
  sweep_name: string;
  completed_at: number;
}

/** Count maintained by triggers; see store/row-counts.ts. */
export interface RowCountRow {
  account_id: string;
  counted: string;
  row_count: number;
}

export interface AccountRow {
  /** 16 digits, beginning with 1. */
  account_id: string;
  /** Operator's name for the account; shown in lists only. */
  account_name: string;
  /** `<alias>.onaliyun.com`, lower case, unique in the installation. */
  default_domain: string;
  status: 'Active' | 'Disabled';
  /** Data key of the account, wrapped by the master key; see secrets/. */
  wrapped_data_key: string;
  root_login_name: string;
  /** argon2id, PHC string format; null if the root cannot sign in to the console. */
  root_password_hash: string | null;
  root_password_must_change: number;
  created_at: number;
}

export interface AccountSettingsRow {
  account_id: string;
  /** JSON of settings/security-preference; only what differs from the defaults. */
  security_preference: string;
  /** JSON of the account-level AccessKey network policy as it was set; null if never set. */
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
  /** Time after which it is deleted from the recycle bin. */
  purge_at: number | null;
}

export interface PasswordPolicyRow {
  account_id: string;
  /** JSON of passwords/password-policy; only what differs from the defaults. */
  policy: string;
  updated_at: number;
}

/** Sign-in of a RAM user to the console. */
export interface LoginProfileRow {
  user_id: string;
  account_id: string;
  /** argon2id, PHC string format; null for a user who signs in without a password. */
  password_hash: string | null;
  password_set_at: number;
  /** 1 while the password is the initial one and was never used. */
  password_initial: number;
  password_reset_required: number;
  mfa_bind_required: number;
  status: 'Active' | 'Inactive';
  created_at: number;
  updated_at: number;
  /** Time when sign-in was last enabled; a user without a sign-in counts as idle from then on. */
  enabled_at: number;
  /** Wrong passwords in a row. */
  failed_attempts: number;
  locked_until: number | null;
}

/** Passwords of a user, the present one included; they outlive the login profile. */
export interface PasswordHistoryRow {
  user_id: string;
  /** Ascending; the highest is the latest. */
  sequence: number;
  account_id: string;
  /** argon2id, PHC string format; all of a user with the same salt. */
  password_hash: string;
  set_at: number;
}

/** Virtual MFA devices, bound or not. */
export interface MfaDeviceRow {
  account_id: string;
  device_name: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_seed: string;
  created_at: number;
  owner_type: 'root' | 'user' | null;
  /** User id, or account id for the root; null while it is not bound. */
  owner_id: string | null;
  bound_at: number | null;
  /** Time step of the last accepted code: neither it nor an earlier one is accepted again. */
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
  /** Base64url, as the authenticator returned it. */
  credential_id: string;
  /** COSE key, Base64url. */
  public_key: string;
  sign_count: number;
  /** JSON array. */
  transports: string;
  created_at: number;
  last_used_at: number | null;
}

/** Mobile phone or mailbox for the verification codes of a user. */
export interface VerificationContactRow {
  user_id: string;
  verify_type: 'sms' | 'email';
  account_id: string;
  contact: string;
  /** `pending` until a code was confirmed. */
  status: 'active' | 'pending';
  updated_at: number;
}

export interface AccessKeyRow {
  access_key_id: string;
  account_id: string;
  owner_type: 'root' | 'user';
  /** User id, or account id for a key of the root. */
  owner_id: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  status: 'Active' | 'Inactive';
  created_at: number;
  updated_at: number;
  /** Optional expiry; unseen by RAM's clients. */
  expires_at: number | null;
  /** JSON of the key-level network policy as it was set; null if never set. */
  network_policy: string | null;
  recycled_at: number | null;
  purge_at: number | null;
  /** What the key is for, in its owner's words. */
  note: string;
}

/** Last use of a key at each service; written in batches. */
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
  /** JSON object: ids of the names in `assume_role_policy` at the time it was written, by their ARNs. */
  trusted_identities: string;
  max_session_seconds: number;
  /** 1 if the role can be switched to in the console. */
  allow_console_login: number;
  /** `polardb.aliyuncs.com` for a service-linked role; null for a role of the account's own. */
  linked_service: string | null;
  created_at: number;
  updated_at: number;
}

/** Custom policies; system policies are in the package `catalogue`. */
export interface PolicyRow {
  account_id: string;
  policy_name: string;
  policy_name_key: string;
  description: string;
  /** Number of the default version: 3 for `v3`. */
  default_version: number;
  /** Highest version number ever given; numbers are not reused. */
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
  /** Name, as given, of a system policy that the catalogue does not know; null for all others. */
  stand_in_name: string | null;
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

/** Audit event as releases before `audit_records` stored it; see audit/move-events.ts. */
export interface AuditEventRow {
  event_id: string;
  account_id: string;
  event_time: number;
  event_name: string;
  service_name: string;
  event_rw: 'Read' | 'Write';
  access_key_id: string;
  user_name: string;
  source_ip: string;
  error_code: string;
  signature_nonce: string;
  /** The whole ActionTrail event as JSON. */
  event: string;
}

/** Audit event. Its columns have what every event has; audit/stored-event.ts puts the whole event together. */
export interface AuditRecordRow {
  /** Short key for indexes and the chain. On PostgreSQL a lower one may be committed after a higher. */
  position: Generated<number>;
  /** The request id. */
  event_id: string;
  /** Empty if the request's key belongs to no account. */
  account_id: string;
  event_time: number;
  event_name: string;
  service_name: string;
  event_rw: 'Read' | 'Write';
  access_key_id: string;
  user_name: string;
  source_ip: string;
  error_code: string;
  /** Nonce of a verified signature: a restarted node refuses replays of requests that an earlier process served. */
  signature_nonce: string;
  api_version: string;
  user_agent: string;
  /** `userIdentity.type` of the event. */
  identity_type: string;
  principal_id: string;
  /** Whether the request came by TLS, 0 or 1. */
  is_secure: number;
  /** What the columns do not have of the event, as JSON without secrets; empty if they have all. */
  event: string;
}

/** Audit record before it is stored. */
export type AuditRecord = Omit<AuditRecordRow, 'position'>;

/** Resource that the event of an audit record touched. */
export interface AuditEventResourceRow {
  /** `audit_records.position` */
  position: number;
  /** Such as `ACS::RAM::User`. */
  resource_type: string;
  resource_name: string;
  account_id: string;
  event_time: number;
}

/** Audit record that is not part of the chain yet. */
export interface UnchainedRecordRow {
  /** `audit_records.position` */
  position: number;
  account_id: string;
  /** SHA-256 of the record, base64url; see audit/record-hash.ts. */
  hash: string;
  event_time: number;
  /** Size of the record, about. */
  bytes: number;
}

/** Part of an account's hash chain; see audit/chain-format.ts. */
export interface AuditBlockRow {
  account_id: string;
  /** From 1, without gaps. */
  sequence: number;
  /** `audit_checkpoints.number` */
  checkpoint: number;
  /** Earliest and latest time of its records. */
  first_time: number;
  last_time: number;
  /** Its records; see `encodeMembers`. */
  members: string;
  /** Hash of the account's block before; empty for the first. */
  previous_hash: string;
  hash: string;
}

/** Signed statement on all blocks up to a point; see audit/chain-format.ts. */
export interface AuditCheckpointRow {
  /** From 1, without gaps. */
  number: number;
  signed_at: number;
  /** Latest time of its records. */
  last_time: number;
  /** Number and size of the records of this checkpoint and all before, removed ones included. */
  total_records: number;
  total_bytes: number;
  /** Hash of the checkpoint before; empty for the first. */
  previous_hash: string;
  hash: string;
  key_id: string;
  /** Ed25519, base64url. */
  signature: string;
}

/** Last checkpoint that retention has removed; one row at most. */
export interface AuditCutRow {
  number: number;
  cut_at: number;
  total_records: number;
  total_bytes: number;
  hash: string;
  key_id: string;
  signature: string;
}

/** Last block of an account, also after retention has removed it. */
export interface AuditHeadRow {
  account_id: string;
  sequence: number;
  checkpoint: number;
  hash: string;
}

/** Public key of the nodes that have signed checkpoints. */
export interface AuditSigningKeyRow {
  key_id: string;
  /** SPKI, PEM. */
  public_key: string;
  added_at: number;
}

/** How far the audit log was delivered to a receiver. */
export interface AuditDeliveryRow {
  sink: string;
  /** Last delivered checkpoint. */
  checkpoint: number;
  /** Until when a node delivers, so that others do not; ms since the epoch. */
  claimed_until: number;
}

/** A part of a report; see reports/stored-report.ts. */
export interface ReportPartRow {
  account_id: string;
  kind: 'credential' | 'governance';
  generated_at: number;
  /** Which rows of the report; empty for its summary, which is written last. */
  list: string;
  part: number;
  /** JSON. */
  content: string;
}

/** OAuth applications; each belongs to the account that created it. */
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
  /** JSON array, in the given order. */
  redirect_uris: string;
  /** JSON array of scope names. */
  scopes: string;
  /** JSON array: scopes of `scopes` that a grant cannot leave out. */
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
  /** SHA-256 of the secret, hexadecimal: it is compared only. */
  secret_hash: string;
  created_at: number;
}

/** Application that an account has installed: its own, or another account's. */
export interface ApplicationProvisionRow {
  /** Account that has installed it. */
  account_id: string;
  app_id: string;
  /** Account that owns the application. */
  owner_account_id: string;
  /** JSON array of the granted scopes. */
  scopes: string;
  created_at: number;
  updated_at: number;
}

/** Credential of a RAM user for one cloud service, in place of an AccessKey. */
export interface ServiceCredentialRow {
  /** `SC` and 18 alphanumerics. */
  service_credential_id: string;
  account_id: string;
  user_id: string;
  credential_name: string;
  /** Host name, lower case. */
  service_name: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  status: 'Active' | 'Inactive';
  /** Null: it does not expire. */
  expires_at: number | null;
  created_at: number;
  updated_at: number;
}

/** SAML 2.0 identity providers for role sessions. */
export interface SamlProviderRow {
  /** `idp-` and 16 alphanumerics; never reused, unlike the name. */
  provider_id: string;
  account_id: string;
  provider_name: string;
  provider_name_key: string;
  description: string;
  /** Base64 as it was given; empty if not set. */
  metadata: string;
  authn_sign_algorithm: 'rsa-sha1' | 'rsa-sha256';
  created_at: number;
  updated_at: number;
}

/** OpenID Connect identity providers for role sessions. */
export interface OidcProviderRow {
  /** `idp-` and 16 alphanumerics; never reused, unlike the name. */
  provider_id: string;
  account_id: string;
  provider_name: string;
  provider_name_key: string;
  /** As it was given; the issuer in tokens must equal it exactly. */
  issuer_url: string;
  description: string;
  /** JSON array, in the given order. */
  client_ids: string;
  /** JSON array, in the given order. */
  fingerprints: string;
  issuance_limit_hours: number;
  created_at: number;
  updated_at: number;
}

/** SAML assertions that have opened a session: each opens one only. */
export interface UsedSamlAssertionRow {
  account_id: string;
  /** SHA-256 of its issuer and id, hexadecimal. */
  assertion_hash: string;
  /** End of the assertion's validity, after which its use need not be remembered. */
  expires_at: number;
}

/** Console sign-in of an account's RAM users through an identity provider. */
export interface UserSsoSettingsRow {
  account_id: string;
  sso_enabled: number;
  /** Base64 as it was given; empty if not set. */
  metadata: string;
  auxiliary_domain: string;
  login_with_domain: number;
  authn_sign_algorithm: 'rsa-sha1' | 'rsa-sha256';
  /** Whether a response that answers no request of the console signs a user in. */
  unsolicited_responses: number;
  updated_at: number;
}

/** Console session, complete or in the steps of its sign-in. */
export interface ConsoleSessionRow {
  /** SHA-256 of the browser's token, hexadecimal. */
  session_hash: string;
  /** `cs-` and 20 alphanumerics; stays when the token is replaced. */
  session_id: string;
  account_id: string;
  owner_type: 'root' | 'user';
  /** User id, or account id for the root. */
  owner_id: string;
  /** `pending` until the last step of the sign-in: such a session can only continue it. */
  stage: 'pending' | 'full';
  /** When the password was set that the session rests on; 0 for one that rests on an identity provider. */
  password_set_at: number;
  /** Second factor that it rests on, as session/second-factor.ts names it; the session ends when that is removed. */
  second_factor: string | null;
  /** 0 if an MFA ticket has replaced it. */
  second_factor_shown: number;
  signed_in_at: number;
  /** To the minute. */
  last_seen_at: number;
  expires_at: number;
  step_up_until: number | null;
  source_ip: string;
  user_agent: string;
  /** Challenge for an authenticator; removed by the first response, right or wrong. */
  challenge: string | null;
  challenge_purpose: 'sign-in' | 'step-up' | 'registration' | null;
  challenge_expires_at: number | null;
  /** Seed of the device that is being bound. Sealed; see secrets/sealed-columns.ts. */
  sealed_seed: string | null;
  /** Role that the session has switched to: JSON of session/switched-role-record.ts; null for none. */
  switched_role: string | null;
}

/** Ticket that spares a browser the second factor for a while. */
export interface MfaTicketRow {
  /** SHA-256, hexadecimal. */
  ticket_hash: string;
  account_id: string;
  user_id: string;
  /** Factor that was used, as session/second-factor.ts names it. */
  second_factor: string;
  expires_at: number;
}

/** Sign-in state of the account root. */
export interface RootSignInRow {
  account_id: string;
  /** 0 if the password is the one-time password. */
  password_set_at: number;
  last_login_at: number | null;
  /** Wrong passwords in a row. */
  failed_attempts: number;
  locked_until: number | null;
}

/** Maximum age of an account's AccessKeys. */
export interface AccessKeyCeilingRow {
  account_id: string;
  days: number;
  updated_at: number;
}

/** Number of revocations of the sessions that depend on a subject; see `revocation/role-session-generation.ts`. */
export interface SessionGenerationRow {
  /** `role:<id>`, `user:<id>`, `access-key:<id>`, `account:<id>`, or `invalid-key:<id>`. */
  subject: string;
  account_id: string;
  /** Of `invalid-key`: `sessions_end_turned_on` of the account when the key became invalid. */
  generation: number;
  revoked_at: number;
}

/** Settings of an account beyond RAM's; without a row each has its default. */
export interface AccountProtectionRow {
  account_id: string;
  /** 0 or 1. */
  credential_changes_need_mfa: number;
  /** 0 or 1. */
  presigned_identity_allowed: Generated<number>;
  /** 0 or 1. */
  sessions_end_with_key: Generated<number>;
  /** How often that was turned on. */
  sessions_end_turned_on: Generated<number>;
  /** When it was turned off last, ms since the epoch. */
  sessions_end_turned_off_at: Generated<number | null>;
  updated_at: number;
}

/** Domain of an account beside its default domain; see accounts/domain-claim.ts. */
export interface DomainClaimRow {
  /** Lower case. */
  domain: string;
  account_id: string;
  /** For an auxiliary domain: when DNS proved it to be the account's; null for an alias that was given up. */
  proven_at: number | null;
  /** Set when the account has given the domain up: until then no other account may claim it. */
  released_until: number | null;
}

/** Change, for the caches of this node and the others. Written in the transaction of the change. */
export interface ChangeRow {
  revision: Generated<number>;
  account_id: string;
  topic: ChangeTopic;
  subject: string;
  changed_at: number;
}

/** Registered guard: a process that verifies requests to some services for an account. */
export interface GuardRow {
  /** `guard-` and 16 lower-case alphanumerics. */
  guard_id: string;
  account_id: string;
  guard_name: string;
  /** Lower-cased; unique in the account. */
  guard_name_key: string;
  /** RAM codes, lower-cased and sorted; JSON array. */
  services: string;
  status: 'Active' | 'Disabled';
  access_key_id: string;
  /** Sealed; see secrets/sealed-columns.ts. */
  sealed_secret: string;
  /** Addresses from which the guard may call, as a key's network policy; null: only the account's applies. */
  network_policy: string | null;
  created_at: number;
  updated_at: number;
}

/** Guard that follows its account's credentials; written by the node that it is connected to. */
export interface GuardConnectionRow {
  connection_id: string;
  guard_id: string;
  account_id: string;
  source_ip: string;
  /** Version of the guard's software; empty if not sent. */
  version: string;
  connected_at: number;
  /** Time when the guard last was up to date. */
  confirmed_at: number;
}

/**
 * Topic of a change, which tells caches what to forget: `access-key` (subject: its id), `user` and `role` (subject:
 * their id; also when their policies, groups or trust policy change), `group` (subject: its id; when its policies
 * change or it is deleted), `policy` (subject: the name key of a custom policy; when the document in force changes,
 * is created or deleted), `guard` (subject: the id of its AccessKey), `account` (subject: the account id; settings,
 * status), `identity-provider` (subject: its id; only when it is deleted). `everything` is never written: a node
 * receives it if it was cut off for longer than the log is kept.
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
