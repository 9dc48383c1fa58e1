import type { KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Selectable } from 'kysely';
import type { AuditBlockRow, AuditCheckpointRow, AuditCutRow, AuditRecordRow } from '../store/schema.ts';
import type { Queries } from '../store/store.ts';
import type { ChainAnchor } from './chain-anchor.ts';
import {
  blockHash,
  byAccount,
  checkpointHash,
  checkpointStatement,
  cutStatement,
  decodeMembers,
  hashPrefix,
  isSignedBy,
  NO_HASH,
} from './chain-format.ts';
import { PositionSet } from './position-set.ts';
import { recordHash } from './record-hash.ts';

/** Options of a verification. */
export interface VerifyOptions {
  /** Trusted public keys by id; keys that only the database names prove nothing. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** Checkpoints that are known from elsewhere. */
  readonly anchors?: readonly ChainAnchor[];
  /** Findings after which the verification ends; default 1000. */
  readonly maxFindings?: number;
}

/** Difference between the log and its chain. */
export interface Finding {
  readonly kind:
    | 'changed'
    | 'removed'
    | 'added'
    | 'reordered'
    | 'truncated'
    | 'wrong-signature'
    | 'unknown-key';
  readonly checkpoint?: number;
  readonly account?: string;
  /** Id of the event, if it is known. */
  readonly eventId?: string;
  /** One sentence, lower case. */
  readonly text: string;
}

/** Outcome of a verification. */
export interface VerifyReport {
  readonly checkpoints: number;
  readonly records: number;
  /** Records that no checkpoint had yet. */
  readonly unchained: number;
  /** Records that retention has removed, by the signed cut. */
  readonly removedByRetention: number;
  /** Last checkpoint. */
  readonly newest: (ChainAnchor & { readonly signedAt: number }) | undefined;
  readonly findings: readonly Finding[];
}

const CHECKPOINTS_PER_PAGE = 50;
const POSITIONS_PER_PAGE = 5000;

/**
 * Compares all records with the chain. The log may be written to meanwhile: the verification covers the checkpoints
 * that it has at the beginning, and every record is either theirs, newer, or found.
 * @param queries of committed data
 */
export function verifyChain(queries: Queries, options: VerifyOptions): Promise<VerifyReport> {
  return new Verification(queries, options).run();
}

/** Thrown when enough was found. */
class EnoughFound extends Error {}

class Verification {
  readonly #queries: Queries;
  readonly #options: VerifyOptions;
  readonly #findings: Finding[] = [];
  readonly #chained = new PositionSet();
  /** Last block of each account so far. */
  readonly #heads = new Map<string, { readonly sequence: number; readonly hash: string }>();
  #cut: AuditCutRow | undefined;
  #newest: AuditCheckpointRow | undefined;
  #checkpoints = 0;
  #records = 0;
  #unchained = 0;

  constructor(queries: Queries, options: VerifyOptions) {
    this.#queries = queries;
    this.#options = options;
  }

  async run(): Promise<VerifyReport> {
    try {
      await this.#verify();
    } catch (error) {
      if (!(error instanceof EnoughFound)) throw error;
    }
    const newest = this.#newest ?? this.#cut;
    return {
      checkpoints: this.#checkpoints,
      records: this.#records,
      unchained: this.#unchained,
      removedByRetention: this.#cut?.total_records ?? 0,
      newest: newest && {
        number: newest.number,
        hash: newest.hash,
        signedAt: 'signed_at' in newest ? newest.signed_at : newest.cut_at,
      },
      findings: this.#findings,
    };
  }

  async #verify(): Promise<void> {
    // Before the newest checkpoint is read, which then covers them.
    const heads = await this.#queries.selectFrom('audit_heads').selectAll().execute();
    this.#cut = await this.#readCut();
    if (this.#cut !== undefined) this.#verifyCut(this.#cut);
    const last = await this.#queries
      .selectFrom('audit_checkpoints')
      .select('number')
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
    const end = last?.number ?? this.#cut?.number ?? 0;
    let before: Pick<AuditCheckpointRow, 'number' | 'hash' | 'total_records'> = this.#cut ?? {
      number: 0,
      hash: NO_HASH,
      total_records: 0,
    };
    for (let page = await this.#page(before.number, end); page.length > 0; ) {
      for (const { checkpoint, blocks } of page) {
        await this.#verifyCheckpoint(checkpoint, blocks, before);
        before = checkpoint;
        this.#newest = checkpoint;
      }
      page = await this.#page(before.number, end);
    }
    for (const head of heads) {
      const seen = this.#heads.get(head.account_id);
      if (head.checkpoint > (this.#cut?.number ?? 0) && (seen?.sequence ?? 0) < head.sequence) {
        this.#found({
          kind: 'truncated',
          account: head.account_id,
          text: `the last block of the account is number ${head.sequence}, but the log ends at ${seen?.sequence ?? 'none'}`,
        });
      }
    }
    await this.#compareAnchors();
    await this.#findAdded(end);
  }

  /** Compares the last checkpoint with those known from elsewhere; a cut has taken the place of the oldest. */
  async #compareAnchors(): Promise<void> {
    for (const { number, hash } of this.#options.anchors ?? []) {
      if (number === 0) continue;
      const cut = await this.#readCut();
      const stored =
        cut?.number === number
          ? cut
          : await this.#queries
              .selectFrom('audit_checkpoints')
              .select('hash')
              .where('number', '=', number)
              .executeTakeFirst();
      if (stored === undefined && cut !== undefined && number < cut.number) continue;
      if (stored?.hash === hash) continue;
      this.#found({
        kind: 'truncated',
        checkpoint: number,
        text:
          stored === undefined
            ? `checkpoint ${number} is known from elsewhere, but the log does not have it`
            : `checkpoint ${number} has the hash ${hash} elsewhere, but ${stored.hash} in the log`,
      });
    }
  }

  #verifyCut(cut: AuditCutRow): void {
    this.#verifySignature(cut, cutStatement(cut), `the cut after checkpoint ${cut.number}`, cut.number);
  }

  #verifySignature(
    { key_id: keyId, signature }: { readonly key_id: string; readonly signature: string },
    statement: string,
    what: string,
    checkpoint: number,
  ): void {
    const key = this.#options.keys.get(keyId);
    if (key === undefined) {
      const known = this.#findings.some(({ kind, text }) => kind === 'unknown-key' && text.includes(keyId));
      if (!known) {
        this.#found({
          kind: 'unknown-key',
          checkpoint,
          text: `${what} is signed by the key ${keyId}, which is not trusted: give its public key, if you know it to be that of a node`,
        });
      }
    } else if (!isSignedBy(key, statement, signature)) {
      this.#found({ kind: 'wrong-signature', checkpoint, text: `the signature of ${what} is wrong` });
    }
  }

  async #verifyCheckpoint(
    checkpoint: AuditCheckpointRow,
    blocks: readonly AuditBlockRow[],
    before: Pick<AuditCheckpointRow, 'number' | 'hash' | 'total_records'>,
  ): Promise<void> {
    const { number } = checkpoint;
    this.#checkpoints += 1;
    if (number !== before.number + 1) {
      this.#found({
        kind: 'removed',
        checkpoint: before.number + 1,
        text: `checkpoint ${before.number + 1} is missing: ${before.number} is followed by ${number}`,
      });
    } else if (checkpoint.previous_hash !== before.hash) {
      const text = `checkpoint ${number} does not follow checkpoint ${before.number}`;
      this.#found({ kind: 'reordered', checkpoint: number, text });
    }
    if (checkpointHash(checkpoint, blocks.toSorted(byAccount)) !== checkpoint.hash) {
      const text = `checkpoint ${number} does not match its blocks: one was changed, removed or added`;
      this.#found({ kind: 'changed', checkpoint: number, text });
    }
    this.#verifySignature(checkpoint, checkpointStatement(checkpoint), `checkpoint ${number}`, number);
    for (const block of blocks) await this.#verifyBlock(block);
  }

  async #verifyBlock(block: AuditBlockRow): Promise<void> {
    const { account_id: account, checkpoint, sequence } = block;
    const before = this.#heads.get(account);
    if (before !== undefined && (sequence !== before.sequence + 1 || block.previous_hash !== before.hash)) {
      const text = `block ${sequence} of the account does not follow block ${before.sequence}`;
      this.#found({ kind: 'reordered', account, checkpoint, text });
    }
    this.#heads.set(account, block);
    const members = decodeMembers(block.members);
    if (members === undefined) {
      const text = `the members of block ${sequence} of the account are malformed`;
      this.#found({ kind: 'changed', account, checkpoint, text });
      return;
    }
    const records = await this.#recordsAt(members.map(({ position }) => position));
    const hashes: string[] = [];
    const foundBefore = this.#findings.length;
    for (const { position, prefix } of members) {
      this.#chained.add(position);
      const record = records.get(position);
      if (record === undefined) {
        if (await this.#isCut(checkpoint)) return;
        const text = `a record of block ${sequence} of the account is missing, of a time from ${new Date(block.first_time).toISOString()} to ${new Date(block.last_time).toISOString()}`;
        this.#found({ kind: 'removed', account, checkpoint, text });
        continue;
      }
      const hash = recordHash(record);
      hashes.push(hash);
      if (hashPrefix(hash) !== prefix) {
        const text = `the record of event ${record.event_id} is not the one that was chained`;
        this.#found({ kind: 'changed', account, checkpoint, eventId: record.event_id, text });
      }
    }
    this.#records += members.length;
    if (this.#findings.length === foundBefore && blockHash(block, hashes) !== block.hash) {
      const text = `block ${sequence} of the account does not match its records`;
      this.#found({ kind: 'changed', account, checkpoint, text });
    }
  }

  /** Finds records that no block has, are not waiting for one, and are not in one made since the beginning. */
  async #findAdded(end: number): Promise<void> {
    let candidates: number[] = [];
    for (let after = 0; ; ) {
      const page = await this.#queries
        .selectFrom('audit_records')
        .select('position')
        .where('position', '>', after)
        .orderBy('position')
        .limit(POSITIONS_PER_PAGE)
        .execute();
      for (const { position } of page) if (!this.#chained.has(position)) candidates.push(position);
      after = page.at(-1)?.position ?? after;
      if (page.length < POSITIONS_PER_PAGE) break;
      await nextTurn();
    }
    const waiting = new Set<number>();
    for (let at = 0; at < candidates.length; at += 500) {
      const rows = await this.#queries
        .selectFrom('audit_unchained')
        .select('position')
        .where('position', 'in', candidates.slice(at, at + 500))
        .execute();
      for (const { position } of rows) waiting.add(position);
    }
    this.#unchained = waiting.size;
    candidates = candidates.filter((position) => !waiting.has(position));
    if (candidates.length === 0) return;
    const newer = await this.#queries
      .selectFrom('audit_blocks')
      .select('members')
      .where('checkpoint', '>', end)
      .execute();
    for (const { members } of newer) {
      for (const { position } of decodeMembers(members) ?? []) this.#chained.add(position);
    }
    for (const [position, record] of await this.#recordsAt(candidates.slice(0, 1000))) {
      if (this.#chained.has(position)) continue;
      const { account_id: account, event_id: eventId } = record;
      const text = `the record of event ${eventId} is not part of the chain`;
      this.#found({ kind: 'added', account, eventId, text });
    }
  }

  async #recordsAt(positions: readonly number[]): Promise<Map<number, Selectable<AuditRecordRow>>> {
    if (positions.length === 0) return new Map();
    const rows = await this.#queries
      .selectFrom('audit_records')
      .selectAll()
      .where('position', 'in', positions)
      .execute();
    return new Map(rows.map((row) => [row.position, row]));
  }

  /** Reads checkpoints with their blocks, from the one after `after`. */
  async #page(after: number, end: number) {
    await nextTurn();
    const checkpoints = await this.#queries
      .selectFrom('audit_checkpoints')
      .selectAll()
      .where('number', '>', after)
      .where('number', '<=', end)
      .orderBy('number')
      .limit(CHECKPOINTS_PER_PAGE)
      .execute();
    const last = checkpoints.at(-1);
    if (last === undefined) return [];
    const blocks = await this.#queries
      .selectFrom('audit_blocks')
      .selectAll()
      .where('checkpoint', '>', after)
      .where('checkpoint', '<=', last.number)
      .orderBy('checkpoint')
      .orderBy('account_id')
      .execute();
    const byCheckpoint = Map.groupBy(blocks, ({ checkpoint }) => checkpoint);
    return checkpoints.map((checkpoint) => ({
      checkpoint,
      blocks: byCheckpoint.get(checkpoint.number) ?? [],
    }));
  }

  /** Returns whether retention has removed a checkpoint since the beginning. */
  async #isCut(checkpoint: number): Promise<boolean> {
    const cut = await this.#readCut();
    return cut !== undefined && cut.number >= checkpoint && cut.number > (this.#cut?.number ?? 0);
  }

  #readCut(): Promise<AuditCutRow | undefined> {
    return this.#queries
      .selectFrom('audit_cuts')
      .selectAll()
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  #found(finding: Finding): void {
    this.#findings.push(finding);
    if (this.#findings.length >= (this.#options.maxFindings ?? 1000)) throw new EnoughFound();
  }
}
