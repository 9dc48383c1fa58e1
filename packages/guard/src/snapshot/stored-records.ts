import type { TagValues } from '../tag-values.ts';
import { packTexts, unpackFlags, unpackTexts } from './packed-texts.ts';
import { type Attachments, attachmentsOf } from './policy-sets.ts';
import type { ReplicationRecord } from './records.ts';
import { tagsOfList } from './tag-list.ts';

/** Stored fields of a key, without its id. */
export interface StoredKey {
  /** Null for a key of the root. */
  readonly userId: string | null;
  /**
   * 64 bytes that verify ACS3 signatures, one character per byte; null if the control plane verifies them.
   */
  readonly verifier: string | null;
  readonly status: 'Active' | 'Inactive';
  /** Milliseconds since the epoch; undefined if it does not expire. */
  readonly expiresAt: number | undefined;
  readonly networkPolicy: string | null;
}

/** Stored fields of a user, without its id. */
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

/** Encodes a key for `readKey`. The caller must overwrite the bytes. */
export function writeKey(record: Content<'access-key'>): Buffer {
  const [, , userId, verifier, status, expiresAt, networkPolicy] = record;
  return packTexts(status === 'Active' ? 0 : INACTIVE_FLAG, [
    userId,
    // A third smaller than Base64, for each key.
    verifier === null ? null : Buffer.from(verifier, 'base64').toString('latin1'),
    expiresAt === null ? null : String(expiresAt),
    networkPolicy,
  ]);
}

/** Decodes a key of `writeKey`. */
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

/** Encodes a user for `readUser`. */
export function writeUser(record: Content<'user'>): Buffer {
  const [, , userName, groupIds, policies, tags = []] = record;
  const packedTags = tags.length === 0 ? null : JSON.stringify(tags);
  return packTexts(0, [userName, attachmentsOf(groupIds, policies), packedTags]);
}

/** Decodes a user of `writeUser`. */
export function readUser(memory: Buffer, from: number, to: number): StoredUser {
  const [userName, attachments, tags] = unpackTexts(memory, from, to, 3);
  return {
    userName: userName!,
    attachments: attachments!,
    tags: tags === null ? undefined : tagsOfList(JSON.parse(tags!) as string[]),
  };
}
