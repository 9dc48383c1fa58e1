import { randomBytes } from 'node:crypto';
import type { Configuration } from '../configuration.ts';
import { environmentMasterKey, masterKeyVariable } from './environment-master-key.ts';
import { masterKeyFile, openMasterKeyFile } from './file-master-key.ts';
import type { MasterKey } from './master-key.ts';
import { VaultMasterKey } from './vault-master-key.ts';

/**
 * The master key that the configuration names.
 * @throws MasterKeyUnavailable when it is missing, malformed or open to others
 */
export function openMasterKey(configuration: Configuration): MasterKey {
  switch (configuration.masterKeyProvider) {
    case 'file':
      return openMasterKeyFile(masterKeyFile(configuration.data), randomBytes);
    case 'environment':
      return environmentMasterKey({ [masterKeyVariable]: configuration.masterKey }, randomBytes);
    case 'vault':
      return new VaultMasterKey({
        address: configuration.vaultAddress ?? '',
        token: configuration.vaultToken ?? '',
        keyName: configuration.vaultKey,
        fetch,
      });
  }
}
