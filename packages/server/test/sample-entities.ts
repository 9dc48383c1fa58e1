import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { codeAt, stepAt } from '../src/mfa/one-time-code.ts';
import { SamlIdentityProvider } from './identity-providers.ts';
import { callRaw, type JsonAnswer } from './raw-request.ts';
import type { TestAccount, TestServer } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';

/** Password that every password policy of the tests accepts. */
export const password = 'correct horse 42';

/** Metadata of one provider for all tests, since creating its key is slow. */
export const samlMetadata = new SamlIdentityProvider().metadata();

/** RAM user by all its names. */
export interface UserEntity {
  readonly UserName: string;
  readonly UserPrincipalName: string;
  readonly UserId: string;
}

/** Virtual MFA device, and the two codes that bind it. */
export interface DeviceEntity {
  readonly SerialNumber: string;
  readonly AuthenticationCode1: string;
  readonly AuthenticationCode2: string;
}

/**
 * Creates entities in one account, as its administrator. Every free text contains the account's mark, and every
 * returned id is remembered: an answer to another account that contains one of them reveals too much.
 */
export class SampleEntities {
  readonly server: TestServer;
  readonly account: TestAccount;
  /** Another account, whose applications can be installed. */
  readonly vendor: SampleEntities | undefined;
  /** Prefix of names, unique to the account. */
  readonly prefix: string;
  readonly mark: string;
  readonly #now: number;
  readonly #told = new Set<string>();

  /** @param now at which the server's clock stands still, milliseconds since the epoch */
  constructor(
    server: TestServer,
    account: TestAccount,
    prefix: string,
    now: number,
    vendor?: SampleEntities,
  ) {
    this.server = server;
    this.account = account;
    this.prefix = prefix;
    this.mark = `only-of-${prefix}`;
    this.vendor = vendor;
    this.#now = now;
  }

  /** Fingerprint of the certificate of the account's OIDC providers. */
  get fingerprint(): string {
    return createHash('sha1').update(this.prefix).digest('hex');
  }

  /** Ids and secrets that the account's administrator has received. */
  get told(): Iterable<string> {
    return this.#told;
  }

  /** `acs:ram:*:<account>:<relative id>` */
  arn(relativeId: string): string {
    return `acs:ram:*:${this.account.accountId}:${relativeId}`;
  }

  /** Calls as the administrator. @throws AssertionError if it is refused */
  async do(
    version: string,
    action: string,
    parameters: Record<string, string> = {},
  ): Promise<JsonAnswer['body']> {
    const answer = await callRaw(this.server.url, this.account.key, 'ACS3 with a form', {
      version,
      action,
      parameters,
    });
    assert.equal(answer.code, 'OK', `${action}: ${answer.message}`);
    const { RequestId: _, ...rest } = answer.body;
    this.#remember(rest, Object.values(parameters));
    return answer.body;
  }

  /** Registers a guard. @returns its name */
  async guard(name: string): Promise<string> {
    const { accessKeyId } = await this.server.newGuard(this.account, name);
    this.#told.add(accessKeyId);
    return name;
  }

  async user(UserName: string): Promise<UserEntity> {
    const made = await this.do(RAM, 'CreateUser', { UserName, DisplayName: this.mark, Comments: this.mark });
    const { UserId } = made['User'] as UserEntity;
    return { UserName, UserPrincipalName: `${UserName}@${this.account.domain}`, UserId };
  }

  /** @returns the key's id */
  async key({ UserName }: UserEntity): Promise<string> {
    const made = await this.do(RAM, 'CreateAccessKey', { UserName });
    return (made['AccessKey'] as { readonly AccessKeyId: string }).AccessKeyId;
  }

  /** Creates a key in the recycle bin. @returns its id */
  async recycledKey(user: UserEntity): Promise<string> {
    const UserAccessKeyId = await this.key(user);
    await this.do(RAM, 'DeleteAccessKey', { UserName: user.UserName, UserAccessKeyId });
    return UserAccessKeyId;
  }

  async recycledUser(name: string): Promise<UserEntity> {
    const user = await this.user(name);
    await this.do(RAM, 'DeleteUser', { UserName: name });
    return user;
  }

  async userWithProfile(name: string): Promise<UserEntity> {
    const user = await this.user(name);
    await this.do(RAM, 'CreateLoginProfile', { UserName: name, Password: password });
    return user;
  }

  async group(GroupName: string): Promise<string> {
    await this.do(RAM, 'CreateGroup', { GroupName, Comments: this.mark });
    return GroupName;
  }

  /** Creates a user in a group, both of that name. */
  async member(name: string): Promise<UserEntity> {
    const user = await this.user(name);
    await this.do(RAM, 'AddUserToGroup', { UserName: name, GroupName: await this.group(name) });
    return user;
  }

  /** Creates a role that every principal of the account may assume. */
  async role(RoleName: string): Promise<string> {
    await this.do(RAM, 'CreateRole', {
      RoleName,
      Description: this.mark,
      AssumeRolePolicyDocument: trusting({ RAM: [`acs:ram::${this.account.accountId}:root`] }),
    });
    return RoleName;
  }

  /** Opens a session of a role. */
  async session(RoleName: string): Promise<{ readonly AccessKeyId: string; readonly SecurityToken: string }> {
    const made = await this.do('2015-04-01', 'AssumeRole', {
      RoleArn: `acs:ram::${this.account.accountId}:role/${RoleName}`,
      RoleSessionName: 'visit',
    });
    return made['Credentials'] as { readonly AccessKeyId: string; readonly SecurityToken: string };
  }

  /** Creates a custom policy with one version that allows nothing relevant. */
  async policy(PolicyName: string): Promise<string> {
    await this.do(RAM, 'CreatePolicy', {
      PolicyName,
      Description: this.mark,
      PolicyDocument: allowing('oss:GetObject', `acs:oss:*:*:${this.mark}`),
    });
    return PolicyName;
  }

  /** Creates a custom policy whose version v2 is not the default. */
  async policyOfTwoVersions(PolicyName: string): Promise<string> {
    await this.policy(PolicyName);
    await this.do(RAM, 'CreatePolicyVersion', { PolicyName, PolicyDocument: allowing('oss:PutObject', '*') });
    return PolicyName;
  }

  async tagged(ResourceType: 'role' | 'policy', name: string): Promise<void> {
    await this.do(RAM, 'TagResources', {
      ResourceType,
      ResourceNames: JSON.stringify([name]),
      Tag: JSON.stringify([{ Key: 'owner', Value: this.mark }]),
    });
  }

  async device(VirtualMFADeviceName: string): Promise<DeviceEntity> {
    const made = await this.do(IMS, 'CreateVirtualMFADevice', { VirtualMFADeviceName });
    const device = made['VirtualMFADevice'] as {
      readonly SerialNumber: string;
      readonly Base32StringSeed: string;
    };
    const { SerialNumber, Base32StringSeed: seed } = device;
    const step = stepAt(this.#now);
    return {
      SerialNumber,
      AuthenticationCode1: codeAt(seed, step - 1),
      AuthenticationCode2: codeAt(seed, step),
    };
  }

  async userWithDevice(name: string): Promise<UserEntity> {
    const user = await this.user(name);
    await this.do(RAM, 'BindMFADevice', { UserName: name, ...(await this.device(name)) });
    return user;
  }

  /** Inserts a passkey as a browser's registration stores it. @returns its id */
  async passkey({ UserId }: UserEntity): Promise<string> {
    const passkeyId = `PASSKEY-${UserId}`;
    await this.server.services.store.write(({ queries }) =>
      queries
        .insertInto('passkeys')
        .values({
          passkey_id: passkeyId,
          account_id: this.account.accountId,
          user_id: UserId,
          passkey_name: this.mark,
          credential_id: `credential-${UserId}`,
          public_key: 'AA',
          sign_count: 0,
          transports: '[]',
          created_at: this.#now,
          last_used_at: null,
        })
        .execute(),
    );
    this.#told.add(passkeyId);
    return passkeyId;
  }

  /** @returns its id */
  async serviceCredential({ UserPrincipalName }: UserEntity): Promise<string> {
    const made = await this.do(IMS, 'CreateServiceCredential', {
      UserPrincipalName,
      ServiceCredentialName: this.mark,
      ServiceName: 'dashscope.aliyuncs.com',
    });
    return (made['ServiceCredential'] as { readonly ServiceCredentialId: string }).ServiceCredentialId;
  }

  /** @param isOpen whether other accounts may install it. @returns its id */
  async application(AppName: string, isOpen = false): Promise<string> {
    const made = await this.do(IMS, 'CreateApplication', {
      AppName,
      DisplayName: this.mark,
      AppType: 'ServerApp',
      IsMultiTenant: String(isOpen),
    });
    return (made['Application'] as { readonly AppId: string }).AppId;
  }

  /** @returns its id */
  async appSecret(AppId: string): Promise<string> {
    const made = await this.do(IMS, 'CreateAppSecret', { AppId });
    return (made['AppSecret'] as { readonly AppSecretId: string }).AppSecretId;
  }

  /** Creates an application of the vendor that can be installed. @returns its id */
  async foreignApplication(name: string): Promise<string> {
    assert.ok(this.vendor, 'the vendor account is missing');
    return this.vendor.application(`${this.prefix}-${name}`, true);
  }

  async samlProvider(SAMLProviderName: string): Promise<string> {
    await this.do(IMS, 'CreateSAMLProvider', {
      SAMLProviderName,
      Description: this.mark,
      EncodedSAMLMetadataDocument: samlMetadata,
    });
    return SAMLProviderName;
  }

  async oidcProvider(OIDCProviderName: string): Promise<string> {
    await this.do(IMS, 'CreateOIDCProvider', {
      OIDCProviderName,
      Description: this.mark,
      IssuerUrl: `https://${OIDCProviderName}.example.com`,
      ClientIds: 'client',
      Fingerprints: this.fingerprint,
    });
    return OIDCProviderName;
  }

  /** Returns the encoded message of a denied call of a user. */
  async diagnosticMessage(name: string): Promise<string> {
    const { key } = await this.server.newUser(this.account, name);
    const answer = await callRaw(this.server.url, key, 'ACS3', { version: RAM, action: 'ListUsers' });
    const detail = answer.body['AccessDeniedDetail'] as { readonly EncodedDiagnosticMessage: string };
    this.#told.add(detail.EncodedDiagnosticMessage);
    return detail.EncodedDiagnosticMessage;
  }

  /** @param asked values of the request: their return reveals nothing */
  #remember(value: unknown, asked: readonly string[]): void {
    if (typeof value === 'string') {
      // Ids have digits and no spaces; instants, in either form, belong to no account.
      const isInstant = /^(?:\d{4}-\d\d-\d\dT.*|\d{13})$/.test(value);
      if (/^\S*\d\S*$/.test(value) && value.length >= 12 && !isInstant && !asked.includes(value))
        this.#told.add(value);
    } else if (value !== null && typeof value === 'object') {
      for (const part of Object.values(value)) this.#remember(part, asked);
    }
  }
}

/** Returns an identity policy with one Allow statement. */
export const allowing = (Action: string, Resource: string | readonly string[]): string =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action, Resource }] });

/** Returns a trust policy for one principal. */
export const trusting = (Principal: object, Action = 'sts:AssumeRole'): string =>
  JSON.stringify({ Version: '1', Statement: [{ Effect: 'Allow', Action, Principal }] });
