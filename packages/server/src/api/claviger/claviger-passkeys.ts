import { arn } from '../../context/arn.ts';

import { Refusal } from '../../errors/refusal.ts';
import { addPasskey, listPasskeys } from '../../mfa/passkey.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import {
  giveChallenge,
  registrationOptions,
  takeChallenge,
  verifyRegistration,
} from '../../session/webauthn.ts';
import { demandOnResource } from '../../settings/own-resource.ts';
import type { UserRow } from '../../store/schema.ts';
import type { Queries } from '../../store/store.ts';
import { principalName } from '../../users/user.ts';
import { secret, text } from '../../wire/parameter.ts';
import { sessionIdentityOf } from './session.ts';
import { VERSION } from './version.ts';

const demand = (call: Call) => {
  const { principal, account } = call;
  const name = principal.type === 'ram-user' ? principal.userName : 'root';
  return [demandOnResource(call, 'claviger:RegisterPasskey', arn.user(account.accountId, name))];
};

/** Console operations that register a passkey for the signed-in user. The other passkey operations are RAM's. */
export const passkeyRegistrationOperations: readonly Operation[] = [
  // Returns the WebAuthn options for a registration.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'BeginPasskeyRegistration',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: {},
    answer: { Options: { '*': 'any' } },
    authorize: (_, call) => demand(call),
    async handle(_, call) {
      const { site, session } = sessionIdentityOf(call);
      const user = userOf(call);
      const existing = await listPasskeys(call, user.user_id);
      if (existing.length >= call.services.limits.passkeysPerUser) throw tooManyPasskeys(call);
      const { session_hash: hash } = session.row;
      const challenge = await giveChallenge(call.queries, call.services, hash, 'registration', call.now);
      const loginName = principalName(user.user_name, call.account.defaultDomain);
      const displayName = user.display_name || user.user_name;
      return {
        Options: await registrationOptions(
          site,
          { id: user.user_id, loginName, displayName },
          existing,
          challenge,
        ),
      };
    },
  }),

  // Verifies the WebAuthn response and stores the passkey, which then is a second factor.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'RegisterPasskey',
    access: 'write',
    security: { effect: 'credential' },
    sessionOnly: true,
    input: {
      Name: text({ max: 64, chars: /^\P{Cc}*$/u }),
      Response: secret(text({ max: 65_536 })),
    },
    answer: { PasskeyId: 'string', PasskeyName: 'string' },
    authorize: (_, call) => demand(call),
    async handle(input, call) {
      const { site, session } = sessionIdentityOf(call);
      const user = userOf(call);
      const { session_hash: hash } = session.row;
      if ((await listPasskeys(call, user.user_id)).length >= call.services.limits.passkeysPerUser) {
        throw tooManyPasskeys(call);
      }
      const taken = (queries: Queries) => takeChallenge(queries, hash, 'registration', call.now);
      const challenge = await taken(call.queries);
      const credential = await verifyRegistration(site, input.Response, challenge).catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error;
        // The refusal rolls this transaction back; the challenge remains consumed.
        throw error.remembering(async (queries) => void (await taken(queries)));
      });
      const row = await addPasskey(call, user, input.Name, credential);
      return { PasskeyId: row.passkey_id, PasskeyName: row.passkey_name };
    },
  }),
];

const tooManyPasskeys = ({ services }: Call) =>
  new Refusal('LimitExceeded.User.Passkey', { limit: services.limits.passkeysPerUser });

/** Returns the signed-in user. @throws Refusal NoPermission for the root, or if the account allows no passkeys */
function userOf(call: Call): UserRow {
  const { user, preference } = sessionIdentityOf(call).session;
  if (user === undefined)
    throw new Refusal('NoPermission.Passkey', { reason: 'the account root has a device' });
  if (!preference.AllowUserToLoginWithPasskey) {
    throw new Refusal('NoPermission.Passkey', { reason: 'the account does not allow them' });
  }
  return user;
}
