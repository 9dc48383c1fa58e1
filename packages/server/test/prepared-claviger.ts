import { onAccount, onUser, type Prepare } from './prepared-request.ts';
import { allowing, type Things, type UserThing } from './things.ts';

const withKey = async (things: Things, user: UserThing) => ({ UserAccessKeyId: await things.key(user) });

const simulated = (things: Things) => ({
  SimulatedAction: 'ram:GetUser',
  SimulatedResource: things.arn('user/somebody'),
});

const simulating =
  (PrincipalType: 'ram-user' | 'role'): Prepare =>
  async (things, name) => {
    await (PrincipalType === 'role' ? things.role(name) : things.user(name));
    const kind = PrincipalType === 'role' ? 'role' : 'user';
    return {
      parameters: { PrincipalType, PrincipalName: name, ...simulated(things) },
      on: [things.arn(`${kind}/${name}`)],
    };
  };

/** A request for each of Claviger's own operations that can be signed. */
export const preparedClaviger: Readonly<Record<string, Prepare>> = {
  SetAccessKeyExpiry: onUser('UserPrincipalName', async (things, user) => ({
    ...(await withKey(things, user)),
    ExpireDate: '2099-01-01T00:00:00Z',
  })),
  ListAccessKeyExpiries: onUser('UserPrincipalName', async (things, user) => {
    await things.key(user);
    return {};
  }),
  GetAccessKeyExpiryCeiling: onAccount(),
  SetAccessKeyExpiryCeiling: onAccount({ Days: '3650' }),
  Simulate: simulating('ram-user'),
  'Simulate of a role': simulating('role'),
  'Simulate of a text': async (things) => ({
    parameters: { PolicyDocument: allowing('ram:GetUser', '*'), ...simulated(things) },
    on: [],
  }),
  ValidatePolicyDocument: async () => ({ parameters: { PolicyDocument: '{}', Kind: 'identity' }, on: [] }),
};
