import { LocalMasterKey } from './local-master-key.ts';
import { type MasterKey, MasterKeyUnavailable } from './master-key.ts';

/** The variable that holds the master key. */
export const masterKeyVariable = 'CLAVIGER_MASTER_KEY';

/**
 * The master key from `CLAVIGER_MASTER_KEY`: base64 of 32 bytes; during a rotation several, separated by commas,
 * the new one first.
 * @throws MasterKeyUnavailable when the variable is unset or malformed; its value is not told
 */
export function environmentMasterKey(
  environment: Readonly<Record<string, string | undefined>>,
  randomBytes: (size: number) => Uint8Array,
): MasterKey {
  const value = environment[masterKeyVariable];
  if (!value) throw new MasterKeyUnavailable(`${masterKeyVariable} is not set`);
  const texts = value.split(',').map((text) => text.trim());
  return new LocalMasterKey(() => texts, randomBytes);
}
