import { randomBytes } from 'node:crypto';
import { environmentMasterKey, masterKeyVariable } from './environment-master-key.ts';
import { masterKeyFile, openMasterKeyFile } from './file-master-key.ts';
import type { MasterKey } from './master-key.ts';
import { VaultMasterKey } from './vault-master-key.ts';

/** Which master key to open. */
export interface MasterKeySettings {
  readonly masterKeyProvider: 'file' | 'environment' | 'vault';
  /** Data directory, which has the key file. */
  readonly data: string;
  /** Of `environment`. */
  readonly masterKey?: string | undefined;
  /** Of `vault`: address, token and name of the transit key. */
  readonly vaultAddress?: string | undefined;
  readonly vaultToken?: string | undefined;
  readonly vaultKey: string;
}

/**
 * Opens the master key that the settings name.
 * @throws MasterKeyUnavailable when it is missing, malformed or open to others
 */
export function openMasterKey(settings: MasterKeySettings): MasterKey {
  switch (settings.masterKeyProvider) {
    case 'file':
      return openMasterKeyFile(masterKeyFile(settings.data), randomBytes);
    case 'environment':
      return environmentMasterKey({ [masterKeyVariable]: settings.masterKey }, randomBytes);
    case 'vault':
      return new VaultMasterKey({
        address: settings.vaultAddress ?? '',
        token: settings.vaultToken ?? '',
        keyName: settings.vaultKey,
        fetch,
      });
  }
}
