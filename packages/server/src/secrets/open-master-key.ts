import { randomBytes } from 'node:crypto';
import { environmentMasterKey, MASTER_KEY_VARIABLE } from './environment-master-key.ts';
import { masterKeyFile, openMasterKeyFile } from './file-master-key.ts';
import type { MasterKey } from './master-key.ts';
import { VaultMasterKey } from './vault-master-key.ts';

/** Settings of the master key. */
export interface MasterKeySettings {
  readonly masterKeyProvider: 'file' | 'environment' | 'vault';
  /** Data directory, which contains the key file. */
  readonly data: string;
  /** For `environment`. */
  readonly masterKey?: string | undefined;
  /** For `vault`: address, token and name of the transit key. */
  readonly vaultAddress?: string | undefined;
  readonly vaultToken?: string | undefined;
  readonly vaultKey: string;
}

/**
 * Opens the configured master key.
 * @throws MasterKeyUnavailable if it is missing, malformed or accessible to other users
 */
export function openMasterKey(settings: MasterKeySettings): MasterKey {
  switch (settings.masterKeyProvider) {
    case 'file':
      return openMasterKeyFile(masterKeyFile(settings.data), randomBytes);
    case 'environment':
      return environmentMasterKey({ [MASTER_KEY_VARIABLE]: settings.masterKey }, randomBytes);
    case 'vault':
      return new VaultMasterKey({
        address: settings.vaultAddress ?? '',
        token: settings.vaultToken ?? '',
        keyName: settings.vaultKey,
        fetch,
      });
  }
}
