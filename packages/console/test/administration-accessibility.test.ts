import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SamlIdentityProvider } from '../../server/test/identity-providers.ts';
import type { TestAccount } from '../../server/test/server.ts';
import { assertAccessible } from './axe.ts';
import { CHROMIUM_MISSING } from './chromium.ts';
import { type ConsoleUnderTest, PASSWORD, startForSuite, VARIANTS } from './console.ts';
import { assertDialog } from './dialog-focus.ts';
import { showPage } from './show-page.ts';

describe('accessibility of the administration (axe, WCAG 2.2 AA)', {
  skip: CHROMIUM_MISSING,
  concurrency: true,
}, async () => {
  const { console, account } = await startForSuite();
  const { appId, userId } = await createOneOfEach(console, account);

  test('every dialog and drawer: first focus in the first field, Escape returns it to the button', async (t) => {
    const { page, close } = await console.openSignedIn(account.rootLoginName, PASSWORD);
    await page.goto('/');
    await page.getByRole('heading').first().waitFor();
    for (const [address, ...buttons] of [
      ['/groups', 'Create group'],
      ['/groups/developers', 'Edit', 'Delete', 'Add members'],
      ['/groups/developers?tab=permissions', 'Attach policies'],
      ['/roles/deployer', 'Edit', 'Delete', 'Revoke sessions'],
      ['/policies/Custom/read-only', 'Edit the description'],
      ['/policies/Custom/read-only?tab=attached', 'Attach'],
      ['/guards', 'Add guard'],
      ['/tags', 'Add a tag'],
      ['/applications', 'Create application'],
      [`/applications/${appId}`, 'Edit', 'Delete'],
      ['/applications?tab=external', 'Let an application in'],
      ['/sso', 'Add a SAML provider', 'Edit', 'Delete'],
      ['/sso?tab=oidc', 'Add an OIDC provider'],
      ['/recycle-bins', 'Delete for good'],
      [`/users/${userId}`, 'Edit', 'Delete', 'Change sign-in settings'],
      [`/users/${userId}?tab=groups`, 'Add to groups'],
      ['/account', 'Change password'],
    ] as const) {
      await t.test(address, async () => {
        await showPage(page, address);
        for (const button of buttons) await assertDialog(page, button);
      });
    }
    await close();
  });

  for (const look of VARIANTS) {
    test(`every page, ${look.language}, ${look.width}, ${look.scheme}`, async (t) => {
      const { page, close } = await console.openSignedIn(account.rootLoginName, PASSWORD, look);
      const addresses = [
        '/groups',
        '/groups/developers',
        '/groups/developers?tab=permissions',
        '/roles',
        '/roles/new',
        '/roles/deployer',
        '/roles/deployer?tab=permissions',
        '/policies',
        '/policies/new',
        '/policies/Custom/read-only',
        '/simulator',
        '/tags',
        '/tags?kind=role',
        '/recycle-bins',
        '/recycle-bins?tab=access-keys',
        '/reports',
        '/audit',
        '/applications',
        `/applications/${appId}`,
        '/sso',
        '/sso?tab=oidc',
        '/sso?tab=user-sso',
        '/applications?tab=external',
        '/settings',
        '/settings?tab=password',
        '/settings?tab=access-keys',
        '/settings?tab=names',
      ];
      await page.goto('/');
      await page.getByRole('heading').first().waitFor();
      for (const address of addresses) {
        await t.test(address, async () => {
          await showPage(page, address);
          await assertAccessible(page, address);
          assert.equal(await page.locator('.request-line').count(), 0, 'no call was refused');
        });
      }
      await close();
    });
  }
});

/** Creates an object of each kind, so that no page is empty. */
async function createOneOfEach(
  console: ConsoleUnderTest,
  account: TestAccount,
): Promise<{ readonly appId: string; readonly userId: string }> {
  const ims = (action: string, fields: Record<string, string>) =>
    account.admin.call('2019-08-15', action, fields);
  const ram = (action: string, fields: Record<string, string>) =>
    account.admin.callRpc('2015-05-01', action, fields);
  const { loginName, userId } = await console.newConsoleUser(account, 'sample-user', ['AliyunRAMFullAccess']);
  const gone = await console.newConsoleUser(account, 'gone');
  await ims('DeleteUser', { UserPrincipalName: gone.loginName });
  await ims('CreateGroup', { GroupName: 'developers', DisplayName: 'Developers', Comments: 'All of them' });
  await ims('AddUserToGroup', { UserPrincipalName: loginName, GroupName: 'developers' });
  const Tag = JSON.stringify([{ Key: 'team', Value: 'payments' }]);
  await ims('TagResources', { ResourceType: 'user', ResourceId: JSON.stringify([userId]), Tag });
  const policyDocument = JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: ['ram:Get*', 'ram:List*'], Resource: '*' }],
  });
  await ram('CreatePolicy', {
    PolicyName: 'read-only',
    PolicyDocument: policyDocument,
    Description: 'Reads',
  });
  const readOnly = { PolicyName: 'read-only', PolicyType: 'Custom' };
  await ram('AttachPolicyToGroup', { ...readOnly, GroupName: 'developers' });
  const trust = {
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { RAM: [`acs:ram::${account.accountId}:root`] },
      },
    ],
  };
  await ram('CreateRole', {
    RoleName: 'deployer',
    AssumeRolePolicyDocument: JSON.stringify(trust),
    Description: 'For the pipeline',
  });
  await ram('AttachPolicyToRole', { ...readOnly, RoleName: 'deployer' });
  await ims('CreateSAMLProvider', {
    SAMLProviderName: 'company',
    EncodedSAMLMetadataDocument: new SamlIdentityProvider().metadata(),
  });
  const made = await ims('CreateApplication', {
    DisplayName: 'Reports',
    AppName: 'reports',
    AppType: 'WebApp',
    RedirectUris: 'https://reports.example.com/back',
  });
  const { AppId: appId } = made['Application'] as { readonly AppId: string };
  await ims('CreateAppSecret', { AppId: appId });
  return { appId, userId };
}
