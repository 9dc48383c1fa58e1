import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachServer, refused } from './server.ts';

const ims = '2019-08-15';

eachServer((_, start) => {
  test('wrong old passwords count like wrong sign-ins: a stolen key cannot guess on', async () => {
    const server = await start();
    const { admin } = server.account;
    const user = await server.newUser(server.account, 'guessed');
    await admin.callRpc(ims, 'SetPasswordPolicy', { MaxLoginAttemps: '3' });
    await admin.callRpc(ims, 'CreateLoginProfile', {
      UserPrincipalName: user.userPrincipalName,
      Password: 'Right-Password-1',
    });
    const change = (OldPassword: string) =>
      user.clients.callRpc(ims, 'ChangePassword', { OldPassword, NewPassword: 'Other-Password-2' });
    for (let guess = 0; guess < 3; guess++) {
      await refused(change(`Wrong-Password-${guess}`), 'InvalidParameter.OldPassword', 400);
    }
    const locked = await change('Right-Password-1').then(
      () => assert.fail('the right password was taken after three wrong ones'),
      (error: { readonly code: string; readonly message: string }) => error,
    );
    assert.match(locked.code, /^Inactive/);
  });
});
