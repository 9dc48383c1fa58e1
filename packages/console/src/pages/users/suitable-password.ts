import { call } from '../../api/call.ts';
import { generatePassword } from './generate-password.ts';

const usualLength = 20;

/** A fresh password that the account's rules take. Who may not read the rules gets one of the usual length. */
export async function suitablePassword(): Promise<string> {
  const rules = await call('Ims', 'GetPasswordPolicy', {}).catch(() => undefined);
  return generatePassword(Math.max(usualLength, rules?.PasswordPolicy?.MinimumPasswordLength ?? 0));
}
