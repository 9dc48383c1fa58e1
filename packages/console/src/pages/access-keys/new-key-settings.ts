import { call } from '../../api/call.ts';
import { type KeyOwner, ownerParameters } from './key-owner.ts';
import { endOfDay } from './last-valid-day.ts';
import { addressesOf, looksLikeAddress, MAX_ADDRESSES } from './network-policy.ts';

/** What is set for a new key before its secret is shown; an empty text sets nothing. */
export interface NewKeySettings {
  /** What the key is for. */
  readonly note: string;
  /** Last day on which it is valid, `2026-11-24`. */
  readonly lastDay: string;
  /** Addresses and networks from which it may be used, by lines or commas. */
  readonly networks: string;
}

/** Settings of a key without any. */
export const NO_SETTINGS: NewKeySettings = { note: '', lastDay: '', networks: '' };

/** Returns the first entry that is no address or network; `undefined` if absent. */
export const wrongNetwork = ({ networks }: NewKeySettings): string | undefined =>
  addressesOf(networks).find((entry) => !looksLikeAddress(entry));

/** Returns whether the settings can be applied. */
export const areValid = (settings: NewKeySettings): boolean =>
  wrongNetwork(settings) === undefined && addressesOf(settings.networks).length <= MAX_ADDRESSES;

/**
 * Applies the settings to a key whose secret has not been shown.
 * @throws ApiError if one of them cannot be set
 */
export async function applySettings(
  owner: KeyOwner,
  accessKeyId: string,
  { note, lastDay, networks }: NewKeySettings,
): Promise<true> {
  const key = { ...ownerParameters(owner), UserAccessKeyId: accessKeyId };
  const IPList = addressesOf(networks);
  if (IPList.length > 0) {
    const Statements = [{ Type: 'ClassicWhiteList', IPList }];
    const policy = { Version: 1, Status: 'Active', Statements };
    await call('Ims', 'SetAccessKeyPolicy', { ...key, AccessKeyPolicy: JSON.stringify(policy) });
  }
  if (lastDay !== '') {
    await call('Claviger', 'SetAccessKeyExpiry', { ...key, ExpireDate: endOfDay(lastDay) });
  }
  if (note.trim() !== '') await call('Claviger', 'SetAccessKeyNote', { ...key, Note: note.trim() });
  return true;
}
