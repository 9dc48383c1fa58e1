import { arn } from '../context/arn.ts';
import type { Guess } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import { secretOwner } from '../passwords/sign-in-throttle.ts';
import type { Call } from '../pipeline/operation.ts';
import { demandOnResource } from '../settings/own-resource.ts';

/** Returns the permission on the caller's own password. Root and role sessions are refused by `callingUserId`. */
export function demandOnOwnPassword(call: Call) {
  const { principal } = call;
  const name = principal.type === 'ram-user' ? principal.userName : 'root';
  return [demandOnResource(call, 'ram:ChangePassword', arn.user(call.account.accountId, name))];
}

/** Returns the id of the calling user. @throws Refusal NoPermission for other principals */
export function callingUserId(call: Call): string {
  const { principal } = call;
  if (principal.type !== 'ram-user') throw new Refusal('NoPermission.NotRamUser');
  return principal.userId;
}

/** Returns the keys of the sign-in throttle for a ChangePassword: user, address and AccessKey. */
export function guessOfOwnPassword(call: Call): Guess {
  const { identity, principal, account } = call;
  const name = secretOwner(account.accountId, principal.type === 'ram-user' ? principal.userName : 'root');
  const guess = { name, address: identity.sourceAddress };
  return identity.by === 'signature' ? { ...guess, accessKeyId: identity.accessKeyId } : guess;
}
