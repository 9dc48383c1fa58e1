/** Findings of the parameter matrix, one by one, and rules on several parameters together. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { allowing, SampleEntities, type UserEntity } from './sample-entities.ts';
import { eachServer, refused, type TestServer, type TestUser } from './server.ts';

const IMS = '2019-08-15';
const RAM = '2015-05-01';
const STS = '2015-04-01';
const TRAIL = '2020-07-06';

eachServer((_, start) => {
  describe('parameters', () => {
    let server: TestServer;
    let entities: SampleEntities;
    let user: UserEntity;
    let caller: TestUser;
    const call = (version: string, action: string, parameters: Record<string, string>) =>
      server.account.admin.callRpc(version, action, parameters);

    before(async () => {
      server = await start();
      entities = new SampleEntities(server, server.account, 'a', Date.now());
      user = await entities.user('existing');
      caller = await server.newUser(server.account, 'caller');
      await call(RAM, 'AttachPolicyToUser', {
        UserName: 'caller',
        PolicyName: 'AdministratorAccess',
        PolicyType: 'System',
      });
    });

    test('a session policy that is an empty list is refused, and not ignored', async () => {
      const RoleArn = `acs:ram::${server.account.accountId}:role/${await entities.role('visitor')}`;
      const assume = (Policy: string) =>
        caller.clients.callRpc(STS, 'AssumeRole', { RoleArn, RoleSessionName: 'visit', Policy });
      await refused(assume('[]'), 'InvalidParameter.PolicyGrammar', 400);
      await assume(allowing('ram:GetUser', '*'));
      // Empty counts as absent.
      await assume('');
    });

    test('an empty list is accepted only where a list is expected', async () => {
      for (const [version, action, parameters, code] of [
        [RAM, 'DeletePolicy', { PolicyName: 'absent', CascadingDelete: '[]' }, 'CascadingDelete'],
        [IMS, 'ListUsers', { MaxItems: '[]' }, 'MaxItems'],
        [IMS, 'UpdateLoginProfile', { UserPrincipalName: 'a@b', Status: '[]' }, 'Status'],
      ] as const) {
        await refused(call(version, action, parameters), `InvalidParameter.${code}.Format`, 400);
      }
      await call(RAM, 'ListRoles', { Tag: '[]' });
      await call(RAM, 'CreateUser', { UserName: 'commented', Comments: '[]' });
      const { User } = (await call(RAM, 'GetUser', { UserName: 'commented' })) as {
        readonly User: { readonly Comments: string };
      };
      assert.equal(User.Comments, '[]');
    });

    test('an item of a list has one number, and a list one form', async () => {
      await entities.role('tagged');
      const tag = (parameters: Record<string, string>) =>
        call(RAM, 'TagResources', {
          ResourceType: 'role',
          'Tag.1.Key': 'a',
          'Tag.1.Value': 'b',
          ...parameters,
        });
      const both = { 'ResourceNames.1': 'tagged', 'ResourceNames.01': 'visitor' };
      await refused(tag(both), 'InvalidResourceNames.01', 400);
      const whole = { ResourceNames: '["tagged"]', 'ResourceNames.1': 'visitor' };
      await refused(tag(whole), 'InvalidResourceNames', 400);
      await refused(tag({ ResourceNames: '' }), 'MissingResourceNames', 400);
      await tag({ 'ResourceNames.1': 'tagged' });
      await tag({ ResourceNames: '["tagged"]' });
    });

    test('events are looked up by known attributes only, not by properties that every object has', async () => {
      for (const Key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
        const parameters = { 'LookupAttribute.1.Key': Key, 'LookupAttribute.1.Value': 'x' };
        await refused(call(TRAIL, 'LookupEvents', parameters), 'InvalidLookupAttribute', 400);
      }
    });

    test('a day that does not exist in its month is refused', async () => {
      const code = 'InvalidStartTime';
      await refused(call(TRAIL, 'LookupEvents', { StartTime: '2026-02-30T00:00:00Z' }), code, 400);
      await refused(call(TRAIL, 'LookupEvents', { StartTime: '2026-04-31T00:00:00Z' }), code, 400);
      await call(TRAIL, 'LookupEvents', { StartTime: '2024-02-29T00:00:00Z' });
    });

    test('unprintable characters are refused in descriptions and display names', async () => {
      await entities.samlProvider('corp');
      await entities.oidcProvider('cluster');
      const AppId = await entities.application('app');
      for (const [action, parameters, parameter] of [
        ['UpdateSAMLProvider', { SAMLProviderName: 'corp' }, 'NewDescription'],
        ['UpdateOIDCProvider', { OIDCProviderName: 'cluster' }, 'NewDescription'],
        ['UpdateApplication', { AppId }, 'NewDisplayName'],
      ] as const) {
        for (const text of ['bell\u0007', 'escape\u001b[31m', 'nul\0']) {
          const said = call(IMS, action, { ...parameters, [parameter]: text });
          await refused(said, `InvalidParameter.${parameter}.InvalidChars`, 400);
        }
        await call(IMS, action, { ...parameters, [parameter]: 'Schlüssel 鑰匙 🔑' });
      }
    });

    test('a malformed parameter has the code that RAM documents for it', async () => {
      const { UserName } = user;
      const long = 'a'.repeat(1025);
      const policy = { PolicyName: 'documented', PolicyDocument: allowing('ram:GetUser', '*') };
      const device = {
        SerialNumber: `acs:ram::${server.account.accountId}:mfa/any`,
        AuthenticationCode2: '123456',
      };
      for (const [action, parameters, code] of [
        ['CreateUser', { UserName: 'a b' }, 'UserName.InvalidChars'],
        ['CreateUser', { UserName: long }, 'UserName.Length'],
        ['CreateUser', { UserName: 'x', DisplayName: 'a\nb' }, 'DisplayName.InvalidChars'],
        ['CreateUser', { UserName: 'x', DisplayName: long }, 'DisplayName.Length'],
        ['CreateUser', { UserName: 'x', MobilePhone: '18688880000' }, 'MobilePhone.Format'],
        ['CreateUser', { UserName: 'x', Email: 'absent' }, 'Email.Format'],
        ['CreateUser', { UserName: 'x', Comments: long }, 'Comments.Length'],
        ['UpdateUser', { UserName, NewUserName: 'a/b' }, 'NewUserName.InvalidChars'],
        ['UpdateUser', { UserName, NewUserName: long }, 'NewUserName.Length'],
        ['CreateVirtualMFADevice', { VirtualMFADeviceName: 'a b' }, 'VirtualMFADeviceName.InvalidChars'],
        ['CreateVirtualMFADevice', { VirtualMFADeviceName: long }, 'VirtualMFADeviceName.Length'],
        ['BindMFADevice', { ...device, UserName, AuthenticationCode1: '12' }, 'AuthenticationCode.Format'],
        ['CreateGroup', { GroupName: 'a b' }, 'GroupName.InvalidChars'],
        ['CreateGroup', { GroupName: long }, 'GroupName.Length'],
        ['CreatePolicy', { ...policy, PolicyName: 'a_b' }, 'PolicyName.InvalidChars'],
        ['CreatePolicy', { ...policy, PolicyName: long }, 'PolicyName.Length'],
        ['CreatePolicy', { ...policy, PolicyDocument: ' '.repeat(6145) }, 'PolicyDocument.Length'],
        ['CreatePolicy', { ...policy, Description: long }, 'Description.Length'],
        ['DeletePolicyVersion', { PolicyName: 'documented', VersionId: '1' }, 'VersionId.Format'],
        ['SetAccountAlias', { AccountAlias: 'a--b' }, 'AccountAlias.Format'],
        ['SetAccountAlias', { AccountAlias: 'ab' }, 'AccountAlias.Length'],
        ['SetPasswordPolicy', { MinimumPasswordLength: '7' }, 'MinimumPasswordLength.Range'],
        ['CreateLoginProfile', { UserName, Password: 'short1' }, 'Password.TooWeak'],
      ] as const) {
        await refused(call(RAM, action, parameters), `InvalidParameter.${code}`, 400);
      }
      const malformed = { ...policy, PolicyDocument: '{"Version":"1"}' };
      await refused(call(RAM, 'CreatePolicy', malformed), 'MalformedPolicyDocument', 400);
    });

    test('of some parameters at least one is required, of some at most one is allowed', async () => {
      const { UserPrincipalName, UserId } = user;
      const UserAccessKeyId = await entities.key(user);
      const both = { UserPrincipalName, UserId };
      const tag = { 'Tag.1.Key': 'a', 'Tag.1.Value': 'b' };
      const resources = { 'ResourceId.1': UserId, 'ResourcePrincipalName.1': UserPrincipalName };
      for (const [version, action, parameters, code] of [
        [IMS, 'GetUser', {}, 'MissingUserPrincipalName'],
        [IMS, 'GetUser', both, 'InvalidParameter'],
        [IMS, 'GetUser', { UserId, UserAccessKeyId }, 'InvalidParameter'],
        [IMS, 'UpdateUser', { NewDisplayName: 'x' }, 'MissingUserPrincipalName'],
        [IMS, 'UpdateUser', { ...both, NewDisplayName: 'x' }, 'InvalidParameter'],
        [IMS, 'DeleteUser', {}, 'MissingUserPrincipalName'],
        [IMS, 'DeleteUser', both, 'InvalidParameter'],
        [IMS, 'GetUserInRecycleBin', {}, 'MissingUserId'],
        [IMS, 'GetUserInRecycleBin', { UserId, UserAccessKeyId }, 'InvalidParameter'],
        [IMS, 'TagResources', tag, 'MissingResourceId'],
        [IMS, 'TagResources', { ...tag, ...resources }, 'InvalidParameter'],
        [IMS, 'UntagResources', { All: 'true' }, 'MissingResourceId'],
        [IMS, 'UntagResources', { 'ResourceId.1': UserId }, 'MissingTagKey'],
        [IMS, 'UntagResources', { 'ResourceId.1': UserId, All: 'false' }, 'MissingTagKey'],
        [RAM, 'UntagResources', { ResourceType: 'role', 'ResourceNames.1': 'tagged' }, 'MissingTagKeys'],
        [IMS, 'SetVerificationInfo', { UserPrincipalName, VerifyType: 'sms' }, 'MissingMobilePhone'],
        [IMS, 'SetVerificationInfo', { UserPrincipalName, VerifyType: 'email' }, 'MissingEmail'],
        [IMS, 'UnbindVerification', { UserPrincipalName, VerifyType: 'email' }, 'MissingEmail'],
        [IMS, 'ListServiceCredentials', { UserPrincipalName, AllUsers: 'true' }, 'InvalidParameter'],
      ] as const) {
        await refused(call(version, action, parameters), code, 400);
      }
    });

    test('an unauthenticated caller is told the fault of a session policy, whatever proof it sends', async () => {
      const { accountId } = server.account;
      for (const [action, kind, more] of [
        ['AssumeRoleWithSAML', 'SAML', { SAMLAssertion: 'abcd' }],
        ['AssumeRoleWithOIDC', 'OIDC', { OIDCToken: 'abcd', RoleSessionName: 'visit' }],
      ] as const) {
        const query = new URLSearchParams({
          Action: action,
          Version: STS,
          Format: 'JSON',
          [`${kind}ProviderArn`]: `acs:ram::${accountId}:${kind.toLowerCase()}-provider/absent`,
          RoleArn: `acs:ram::${accountId}:role/visitor`,
          Policy: '{"Version":"1"}',
          ...more,
        });
        const answer = await fetch(`${server.url}/?${query}`, { method: 'POST' });
        const { Code } = (await answer.json()) as { readonly Code: string };
        assert.deepEqual([answer.status, Code], [400, 'InvalidParameter.PolicyGrammar']);
      }
    });
  });
});
