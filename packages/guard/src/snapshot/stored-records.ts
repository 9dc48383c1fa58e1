import type { TagValues } from '../tag-values.ts';
import { packTexts, unpackFlags, unpackTexts } from './packed-texts.ts';
import { type Attachments, attachmentsOf } from './policy-sets.ts';
import type { ReplicationRecord } from './records.ts';
import { tagsOfList } from './tag-list.ts';

/** What a copy keeps of a key, beside the key's id. */
export interface StoredKey {
  /** Null for a key of the root. */
  readonly userId: string | null;
  /** 64 bytes that verify ACS3 signatures, one character each; null when the control plane verifies them. */
  readonly verifier: string | null;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch; undefined when it does not expire. */
  readonly expiresAt: number | undefined;
  readonly networkPolicy: string | null;
}

/** What a copy keeps of a user, beside the user's id. */
export interface StoredUser {
  readonly userName: string;
  readonly attachments: Attachments;
  /** Undefined for a user without tags. */
  readonly tags: TagValues | undefined;
}

type Content<Word> = Exclude<
  Extract<ReplicationRecord, readonly [Word, ...unknown[]]>,
  readonly [unknown, unknown]
>;

const INACTIVE_FLAG = 1;

/** A key as bytes, for `readKey`. The caller must overwrite them. */
export function writeKey(record: Content<'access-key'>): Buffer {
  const [, , userId, verifier, status, expiresAt, networkPolicy] = record;
  return packTexts(status === 'Active' ? 0 : INACTIVE_FLAG, [
    userId,
    // A third less than Base64, for every key that there is.
    verifier === null ? null : Buffer.from(verifier, 'base64').toString('latin1'),
    expiresAt === null ? null : String(expiresAt),
    networkPolicy,
  ]);
}

/** A key that `writeKey` has written. */
export function readKey(memory: Buffer, from: number, to: number): StoredKey {
  const [userId, verifier, expiresAt, networkPolicy] = unpackTexts(memory, from, to, 4);
  return {
    userId: userId!,
    verifier: verifier!,
    status: unpackFlags(memory, from) & INACTIVE_FLAG ? 'Inactive' : 'Active',
    expiresAt: expiresAt === null ? undefined : Number(expiresAt),
    networkPolicy: networkPolicy!,
  };
}

/** A user as bytes, for `readUser`. */
export function writeUser(record: Content<'user'>): Buffer {
  const [, , userName, groupIds, policies, tags = []] = record;
  const packedTags = tags.length === 0 ? null : JSON.stringify(tags);
  return packTexts(0, [userName, attachmentsOf(groupIds, policies), packedTags]);
}

/** A user that `writeUser` has written. */
export function readUser(memory: Buffer, from: number, to: number): StoredUser {
  const [userName, attachments, tags] = unpackTexts(memory, from, to, 3);
  return {
    userName: userName!,
    attachments: attachments!,
    tags: tags === null ? undefined : tagsOfList(JSON.parse(tags!) as string[]),
  };
}
