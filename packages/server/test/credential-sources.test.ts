/**
 * The control plane's credentials, read from its database, against a guard's copy: after any changes in any order
 * both must be the same for every key.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { Credential, CredentialLookup } from '@claviger/guard';
import { admitsOrigin, RequestConditions } from '@claviger/guard/internal';
import { decideWithSessionPolicy } from '@claviger/policy';
import { signatureHoldsFor } from '@claviger/signature';
import { StoredCredentials } from '../src/pipeline/stored-credentials.ts';
import type { ClientKey } from './clients.ts';
import { document, ReplicatedGuard } from './replicated-guard.ts';
import { eachServer, type TestServer } from './server.ts';

const RAM = '2015-05-01';
const IMS = '2019-08-15';
const OWN = '2026-11-24';

const rounds = 25;
const changesInRound = 8;

/** Random numbers from a seed. */
class SeededRandom {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }

  /** Returns an integer below a limit. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) % limit;
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }
}

const users = ['alice', 'bob', 'carol', 'dave'];
const groups = ['readers', 'writers'];
const actions = ['orders:GetOrder', 'orders:DeleteOrder', 'ram:CreateAccessKey', 'ram:ListUsers'];
const addresses = ['127.0.0.1', '198.51.100.7', '2001:db8::7'];

/** Policies by name; each has some versions. */
const policies: Readonly<Record<string, readonly object[]>> = {
  get: [
    { Effect: 'Allow', Action: 'orders:GetOrder', Resource: '*' },
    { Effect: 'Deny', Action: 'orders:GetOrder', Resource: '*' },
  ],
  delete: [
    { Effect: 'Allow', Action: 'orders:Delete*', Resource: 'acs:orders:*:*:order/1' },
    {
      Effect: 'Allow',
      Action: 'orders:*',
      Resource: '*',
      Condition: { IpAddress: { 'acs:SourceIp': ['198.51.100.0/24'] } },
    },
  ],
  named: [
    {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { StringLike: { 'acs:PrincipalARN': '*user/bob*' } },
    },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
    { Effect: 'Allow', Action: 'ram:*', Resource: '${acs:PrincipalARN}' },
  ],
};

eachServer((_, start) => {
  describe('a copy and its original', () => {
    let server: TestServer;

    before(async () => {
      server = await start();
    });

    for (const seed of [1, 2, 3]) {
      test(`are equal for every key, after any changes (seed ${seed})`, async () => {
        const dice = new SeededRandom(seed);
        const account = await server.newAccount();
        const { domain, admin } = account;
        const guardKey = await server.newGuard(account);
        const marker = await server.newUser(account, 'marker');
        const keys = new Map<string, ClientKey & { readonly user: string }>();
        for (const [name, versions] of Object.entries(policies)) {
          await admin.callRpc(RAM, 'CreatePolicy', {
            PolicyName: name,
            PolicyDocument: document(versions[0]!),
          });
          await admin.callRpc(RAM, 'CreatePolicyVersion', {
            PolicyName: name,
            PolicyDocument: document(versions[1]!),
          });
        }
        for (const user of users.slice(1)) {
          const { key } = await server.newUser(account, user);
          keys.set(key.accessKeyId, { ...key, user });
        }
        const guard = ReplicatedGuard.open(server.url, guardKey);
        await guard.source.ready();

        /** Makes a change; one that is not possible at present is skipped. */
        const change = async () => {
          const UserName = dice.one(users);
          const GroupName = dice.one(groups);
          const key = dice.one([...keys.values(), { accessKeyId: 'LTAI5tNone', user: UserName }]);
          const ofKey = { UserName: key.user, UserAccessKeyId: key.accessKeyId };
          const policy = dice.one([
            ...Object.keys(policies).map((PolicyName) => ({ PolicyName, PolicyType: 'Custom' })),
            { PolicyName: 'AliyunRAMReadOnlyAccess', PolicyType: 'System' },
          ]);
          const PolicyName = dice.one(Object.keys(policies));
          const AccessKeyPolicy = JSON.stringify({
            Status: dice.one(['Active', 'Active', 'Inactive']),
            Statements: [
              {
                Type: 'ClassicWhiteList',
                IPList: ['127.0.0.0/8', dice.one(['198.51.100.7', '2001:db8::/32'])],
              },
            ],
          });
          const makeKey = async () => {
            const made = (await admin.callRpc(RAM, 'CreateAccessKey', { UserName }))['AccessKey'] as Record<
              string,
              string
            >;
            const id = made['AccessKeyId']!;
            keys.set(id, { accessKeyId: id, accessKeySecret: made['AccessKeySecret']!, user: UserName });
          };
          const ram = (action: string, parameters: Record<string, unknown>) =>
            admin.callRpc(RAM, action, parameters);
          const ims = (action: string, parameters: Record<string, string>) =>
            admin.call(IMS, action, parameters);
          const recycled = async () => {
            const listed = await ims('ListUsersInRecycleBin', {});
            const inBin = ((listed['Users'] as { User?: { UserId: string }[] } | undefined)?.User ?? []) as {
              readonly UserId: string;
            }[];
            return inBin.length === 0 ? '200000000000000000' : dice.one(inBin).UserId;
          };
          const restoreKey = async () => {
            const { UserId } = (await ram('GetUser', { UserName: key.user }))['User'] as { UserId: string };
            await ims('RestoreAccessKeyFromRecycleBin', { UserId, UserAccessKeyId: key.accessKeyId });
          };
          const step = dice.one<() => Promise<unknown>>([
            () => ram('CreateUser', { UserName }),
            makeKey,
            makeKey,
            () => ram('UpdateAccessKey', { ...ofKey, Status: dice.one(['Active', 'Inactive']) }),
            () => ram('DeleteAccessKey', ofKey),
            restoreKey,
            () => ram('UpdateUser', { UserName, NewUserName: dice.one(users) }),
            () => ims('DeleteUser', { UserPrincipalName: `${UserName}@${domain}` }),
            async () => ims('RestoreUserFromRecycleBin', { UserId: await recycled() }),
            () => ram('CreateGroup', { GroupName }),
            () => ram('DeleteGroup', { GroupName }),
            () => ram('AddUserToGroup', { UserName, GroupName }),
            () => ram('RemoveUserFromGroup', { UserName, GroupName }),
            () => ram('AttachPolicyToUser', { ...policy, UserName }),
            () => ram('DetachPolicyFromUser', { ...policy, UserName }),
            () => ram('AttachPolicyToGroup', { ...policy, GroupName }),
            () => ram('DetachPolicyFromGroup', { ...policy, GroupName }),
            () => ram('SetDefaultPolicyVersion', { PolicyName, VersionId: dice.one(['v1', 'v2']) }),
            () => ims('SetAccessKeyPolicyForAccount', { AccessKeyPolicy }),
            () =>
              ims('SetAccessKeyPolicy', {
                UserPrincipalName: `${key.user}@${domain}`,
                UserAccessKeyId: key.accessKeyId,
                AccessKeyPolicy,
              }),
            () =>
              ims('SetSecurityPreference', {
                AllowUserToManageAccessKeys: dice.one(['true', 'false']),
                AllowUserToManageMFADevices: dice.one(['true', 'false']),
              }),
            () =>
              admin.call(OWN, 'SetAccessKeyExpiry', {
                UserPrincipalName: `${key.user}@${domain}`,
                UserAccessKeyId: key.accessKeyId,
                ExpireDate: dice.one(['2031-01-01T00:00:00Z', '2032-01-01T00:00:00Z']),
              }),
          ]);
          await step().catch((error: { code?: string }) => {
            if (error.code === undefined || error.code === 'InternalError') throw error;
          });
        };

        let markerStatus = 'Active';
        /** Waits until the copy has received every change so far. */
        const waitForCopy = async () => {
          markerStatus = markerStatus === 'Active' ? 'Inactive' : 'Active';
          await admin.callRpc(RAM, 'UpdateAccessKey', {
            UserName: 'marker',
            UserAccessKeyId: marker.key.accessKeyId,
            Status: markerStatus,
          });
          await guard.until(async () => {
            const found = await guard.source.find(marker.key.accessKeyId, undefined);
            return typeof found !== 'string' && found.status === markerStatus;
          });
        };

        let compared = 0;
        for (let round = 0; round < rounds; round += 1) {
          for (let at = 0; at < changesInRound; at += 1) await change();
          await waitForCopy();
          const original = new StoredCredentials({
            store: server.services.store,
            secrets: server.services.secrets,
            now: Date.now,
            capacity: 10,
            compiled: server.services.permissions,
          });
          assert.equal(
            await guard.source.find(guardKey.accessKeyId, undefined),
            'InvalidAccessKeyId.NotFound',
            'the guard itself is no caller of its services',
          );
          for (const { accessKeyId: id, accessKeySecret } of [...keys.values(), account.key]) {
            const [stored, copied] = [
              await original.find(id, undefined),
              await guard.source.find(id, undefined),
            ];
            assert.deepEqual(
              describeCredential(copied),
              describeCredential(stored),
              `round ${round}, key ${id}`,
            );
            assertVerifier(copied, accessKeySecret, `round ${round}, key ${id}`);
            compared += 1;
          }
        }
        await guard.close();
        assert.ok(compared > rounds * 4, `${compared} keys were compared`);
      });
    }
  });
});

/** Asserts that a guard's verifier of a key is right, and that the key can change no identity. */
function assertVerifier(found: CredentialLookup, secret: string, which: string): void {
  if (typeof found === 'string' || !found.signingKey.canVerify('ACS3-HMAC-SHA256')) return;
  const stringToSign = 'ACS3-HMAC-SHA256\nportrait';
  const holds = (key: string) =>
    signatureHoldsFor(found.signingKey, {
      scheme: 'ACS3-HMAC-SHA256',
      stringToSign,
      signature: createHmac('sha256', key).update(stringToSign).digest('hex'),
    });
  assert.deepEqual([holds(secret), holds(`${secret}x`)], [true, false], which);
  const { permissions, principal } = found;
  assert.notEqual(permissions, 'everything', which);
  if (permissions === 'everything') return;
  const conditions = new RequestConditions({
    now: 0,
    sourceAddress: addresses[0]!,
    secure: true,
    principal,
  });
  const request = { action: 'ram:CreateAccessKey', resource: principal.arn, conditions };
  assert.notEqual(decideWithSessionPolicy(permissions, undefined, request).effect, 'Allow', which);
}

/** Returns the visible parts of a credential: its fields, its network restriction, and its decisions. */
function describeCredential(found: CredentialLookup): unknown {
  if (typeof found === 'string') return found;
  const {
    signingKey: _,
    isVerifiedElsewhere: __,
    permissions,
    networkRestriction,
    sessionPolicy,
    ...plain
  } = found;
  return {
    ...plain,
    level: networkRestriction?.level,
    admits: addresses.map(
      (address) => networkRestriction === undefined || admitsOrigin(networkRestriction.policy, { address }),
    ),
    decisions: decisionsOf(found),
    sessionPolicy,
    statements: permissions === 'everything' ? permissions : permissions.statements.length,
  };
}

function decisionsOf({ permissions, sessionPolicy, principal }: Credential): unknown {
  if (permissions === 'everything') return permissions;
  const resources = ['acs:orders:*:1:order/1', 'acs:orders:*:1:order/2', principal.arn];
  return actions.flatMap((action) =>
    resources.flatMap((resource) =>
      addresses.map((sourceAddress) => {
        const conditions = new RequestConditions({ now: 0, sourceAddress, secure: true, principal });
        return decideWithSessionPolicy(permissions, sessionPolicy, { action, resource, conditions });
      }),
    ),
  );
}
