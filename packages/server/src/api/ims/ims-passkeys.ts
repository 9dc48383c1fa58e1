import { deletePasskey, listPasskeys, renamePasskey } from '../../mfa/passkey.ts';
import { targetUser, targetUserArn } from '../../mfa/target-user.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import { demandOnResource } from '../../settings/own-resource.ts';
import { optional, text } from '../../wire/parameter.ts';
import { printableLine } from '../printable-text.ts';
import { userNameOf, userPrincipalName, userReference } from './user-reference.ts';

const VERSION = '2019-08-15';

const USER_PARAMETER = 'UserPrincipalName';

const owner = { UserPrincipalName: optional(userPrincipalName) };

type Named = { readonly UserPrincipalName: string | undefined };

const passkeyId = text({ max: 64, chars: /^[\w-]+$/ });

const passkeyName = printableLine(64);

const demand = (action: string, input: Named, call: Call) => {
  const { UserPrincipalName: principal } = input;
  const userName = principal === undefined ? undefined : userNameOf(principal, call);
  return [demandOnResource(call, action, targetUserArn(call, userName, USER_PARAMETER))];
};

const ownerOf = (input: Named, call: Call) => targetUser(call, userReference(input, call), USER_PARAMETER);

/** Seconds since the epoch as a string; RAM uses this format for passkeys only. */
const seconds = (milliseconds: number): string => String(Math.floor(milliseconds / 1000));

/** IMS operations on passkeys. Only a browser can register one. */
export const passkeyOperations: readonly Operation[] = [
  // Lists the passkeys of a user, by default the caller.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListPasskeys',
    access: 'read',
    input: owner,
    authorize: (input, call) => demand('ram:ListPasskeys', input, call),
    async handle(input, call) {
      const rows = await listPasskeys(call, (await ownerOf(input, call)).user_id);
      return {
        Passkeys: rows.map((row) => ({
          PasskeyId: row.passkey_id,
          PasskeyName: row.passkey_name,
          CreateDate: seconds(row.created_at),
          LastUseDate: row.last_used_at === null ? '' : seconds(row.last_used_at),
        })),
      };
    },
  }),

  // Renames a passkey.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdatePasskey',
    access: 'write',
    security: { effect: 'neutral', why: 'changes a name without effect on access' },
    input: { ...owner, PasskeyId: passkeyId, PasskeyName: passkeyName },
    authorize: (input, call) => demand('ram:UpdatePasskey', input, call),
    async handle(input, call) {
      await renamePasskey(call, await ownerOf(input, call), input.PasskeyId, input.PasskeyName);
      return {};
    },
  }),

  // Deletes a passkey.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeletePasskey',
    access: 'write',
    security: { effect: 'credential' },
    input: { ...owner, PasskeyId: passkeyId },
    authorize: (input, call) => demand('ram:DeletePasskey', input, call),
    async handle(input, call) {
      await deletePasskey(call, await ownerOf(input, call), input.PasskeyId);
      return {};
    },
  }),
];
