import { LocalMasterKey } from './local-master-key.ts';
import { type MasterKey, MasterKeyUnavailable } from './master-key.ts';

/** Environment variable of the master key. */
export const MASTER_KEY_VARIABLE = 'CLAVIGER_MASTER_KEY';

/**
 * Returns the master key of `CLAVIGER_MASTER_KEY`: Base64 of 32 bytes; during a rotation several, separated by
 * commas, the new one first.
 * @throws MasterKeyUnavailable if the variable is unset or malformed; its value is not in the message
 */
export function environmentMasterKey(
  environment: Readonly<Record<string, string | undefined>>,
  randomBytes: (size: number) => Uint8Array,
): MasterKey {
  const value = environment[MASTER_KEY_VARIABLE];
  if (!value) throw new MasterKeyUnavailable(`${MASTER_KEY_VARIABLE} is not set`);
  const texts = value.split(',').map((text) => text.trim());
  return new LocalMasterKey(() => texts, randomBytes);
}
