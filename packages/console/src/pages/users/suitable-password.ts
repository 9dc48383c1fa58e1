import { call } from '../../api/call.ts';
import { generatePassword } from './generate-password.ts';

const DEFAULT_LENGTH = 20;

/** Generates a password for the password policy of the account; of default length without permission to read it. */
export async function suitablePassword(): Promise<string> {
  const rules = await call('Ims', 'GetPasswordPolicy', {}).catch(() => undefined);
  return generatePassword(Math.max(DEFAULT_LENGTH, rules?.PasswordPolicy?.MinimumPasswordLength ?? 0));
}
