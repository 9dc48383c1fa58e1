import { hash, type KeyObject, verify } from 'node:crypto';

/**
 * Form of the chain. All hashes are SHA-256, base64url, over a JSON array that begins with the name of the form.
 *
 * - A *block* holds the hashes of some records of one account, and the hash of the account's block before it.
 * - A *checkpoint* holds the hashes of the blocks that were made together, of all accounts, and the hash of the
 *   checkpoint before it. It is signed.
 * - A *cut* says up to which checkpoint retention has removed records. It is signed.
 */
const FORMS = {
  block: 'claviger-audit-block-1',
  checkpoint: 'claviger-audit-checkpoint-1',
  cut: 'claviger-audit-cut-1',
};

/** Hash before the first block of an account and the first checkpoint. */
export const NO_HASH = '';

/** Bytes of a record's hash in `members`: they tell which record was changed; the proof is the block's hash. */
const PREFIX_BYTES = 8;

/** Record of a block, by its position and its hash. */
export interface ChainedRecord {
  readonly position: number;
  /** base64url */
  readonly hash: string;
}

/** Member of a block: position of a record and the beginning of its hash, hexadecimal. */
export interface Member {
  readonly position: number;
  readonly prefix: string;
}

/** Returns the beginning of a record's hash that `members` has. */
export function hashPrefix(recordHash: string): string {
  return Buffer.from(recordHash, 'base64url').toString('hex', 0, PREFIX_BYTES);
}

/**
 * Returns the members of a block as text: for each record the difference to the position before, as a base-128
 * number with the lowest digit first, and the beginning of its hash; base64url.
 * @param records by ascending position
 */
export function encodeMembers(records: readonly ChainedRecord[]): string {
  const bytes: number[] = [];
  let before = 0;
  for (const { position, hash: recordHash } of records) {
    let difference = position - before;
    before = position;
    for (; difference >= 128; difference = Math.floor(difference / 128)) bytes.push((difference % 128) | 128);
    bytes.push(difference);
    bytes.push(...Buffer.from(recordHash, 'base64url').subarray(0, PREFIX_BYTES));
  }
  return Buffer.from(bytes).toString('base64url');
}

/** Returns the members of a block; `undefined` if the text is malformed. */
export function decodeMembers(text: string): readonly Member[] | undefined {
  const bytes = Buffer.from(text, 'base64url');
  const members: Member[] = [];
  let position = 0;
  for (let at = 0; at < bytes.length; at += PREFIX_BYTES) {
    let factor = 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) return undefined;
      at += 1;
      position += (byte & 127) * factor;
      if (byte < 128) break;
      factor *= 128;
    }
    if (at + PREFIX_BYTES > bytes.length || !Number.isSafeInteger(position)) return undefined;
    members.push({ position, prefix: bytes.toString('hex', at, at + PREFIX_BYTES) });
  }
  return members;
}

/** What the hash of a block covers. */
export interface BlockContent {
  readonly account_id: string;
  readonly sequence: number;
  readonly first_time: number;
  readonly last_time: number;
  readonly members: string;
  readonly previous_hash: string;
}

/** @param recordHashes of the records, by ascending position */
export function blockHash(block: BlockContent, recordHashes: readonly string[]): string {
  return hashOf([
    FORMS.block,
    block.account_id,
    block.sequence,
    block.previous_hash,
    block.first_time,
    block.last_time,
    block.members,
    recordHashes,
  ]);
}

/** What the hash of a checkpoint covers. */
export interface CheckpointContent {
  readonly number: number;
  readonly signed_at: number;
  readonly last_time: number;
  readonly total_records: number;
  readonly total_bytes: number;
  readonly previous_hash: string;
}

/** @param blocks by account */
export function checkpointHash(
  checkpoint: CheckpointContent,
  blocks: readonly { readonly account_id: string; readonly sequence: number; readonly hash: string }[],
): string {
  return hashOf([
    FORMS.checkpoint,
    checkpoint.number,
    checkpoint.signed_at,
    checkpoint.last_time,
    checkpoint.total_records,
    checkpoint.total_bytes,
    checkpoint.previous_hash,
    blocks.map((block) => [block.account_id, block.sequence, block.hash]),
  ]);
}

/** Returns the text that is signed for a checkpoint. */
export function checkpointStatement(checkpoint: {
  readonly number: number;
  readonly signed_at: number;
  readonly hash: string;
}): string {
  return JSON.stringify([FORMS.checkpoint, checkpoint.number, checkpoint.signed_at, checkpoint.hash]);
}

/** What a cut says: the last removed checkpoint, and the totals up to it. */
export interface CutContent {
  readonly number: number;
  readonly cut_at: number;
  readonly total_records: number;
  readonly total_bytes: number;
  readonly hash: string;
}

/** Returns the text that is signed for a cut. */
export function cutStatement(cut: CutContent): string {
  return JSON.stringify([FORMS.cut, cut.number, cut.cut_at, cut.total_records, cut.total_bytes, cut.hash]);
}

/** Verifies a signature of `AuditSigningKey.sign`. */
export function isSignedBy(publicKey: KeyObject, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.length === 64 && verify(null, Buffer.from(text), publicKey, bytes);
}

/** Compares accounts as both databases order them. */
export function byAccount(
  one: { readonly account_id: string },
  other: { readonly account_id: string },
): number {
  if (one.account_id === other.account_id) return 0;
  return one.account_id < other.account_id ? -1 : 1;
}

function hashOf(values: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(values), 'base64url');
}
