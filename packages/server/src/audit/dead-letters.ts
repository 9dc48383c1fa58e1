import { createReadStream } from 'node:fs';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type CheckpointText, type EventText, linesOf } from './checkpoint-text.ts';

/** Dead letter of which lines are missing or damaged. */
export interface DamagedLetter {
  readonly number: number;
  readonly hash: string;
}

/** Line of a file of dead letters. */
type Line =
  | { readonly event: EventText }
  | { readonly statement: Omit<CheckpointText, 'events'>; readonly records: number };

/** Returns the folder of the files with what receivers of audit records did not accept. */
export function deadLetterFolder(dataDirectory: string): string {
  return join(dataDirectory, 'audit-dead-letters');
}

/**
 * Dead letters of one receiver. The server only appends to the file, also while another process sends from it; which
 * checkpoints were sent since is in a file beside it. So none is lost, and none is sent twice by two runs after each
 * other.
 */
export class DeadLetters {
  readonly file: string;
  readonly #folder: string;
  readonly #resentFile: string;

  constructor(folder: string, receiver: string) {
    this.#folder = folder;
    this.file = join(folder, `${receiver}.jsonl`);
    this.#resentFile = join(folder, `${receiver}.resent`);
  }

  /** Appends a checkpoint; it is on the disk when the promise resolves. */
  async add(checkpoint: CheckpointText): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await appendFile(this.file, linesOf(checkpoint), { mode: 0o600, flush: true });
  }

  /** Notes that a checkpoint was accepted. */
  async markSent(letter: DamagedLetter): Promise<void> {
    await appendFile(this.#resentFile, `${markOf(letter)}\n`, { mode: 0o600, flush: true });
  }

  /** Yields the checkpoints that were not sent since, in the order of the file, each once; one is in memory at a time. */
  async *waiting(): AsyncGenerator<CheckpointText | DamagedLetter> {
    const done = await this.#sent();
    const damaged = new Map<string, DamagedLetter>();
    for await (const letter of this.#all()) {
      const mark = markOf(letter);
      if (done.has(mark)) continue;
      if (!isWhole(letter)) {
        damaged.set(mark, letter);
        continue;
      }
      // After a crash the file may have a checkpoint twice, first with a part of its lines.
      damaged.delete(mark);
      done.add(mark);
      yield letter;
    }
    yield* damaged.values();
  }

  async #sent(): Promise<Set<string>> {
    const text = await readFile(this.#resentFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return new Set(text.split('\n'));
  }

  async *#all(): AsyncGenerator<CheckpointText | DamagedLetter> {
    let events: (EventText | undefined)[] = [];
    const lines = createInterface({
      input: createReadStream(this.file),
      crlfDelay: Number.POSITIVE_INFINITY,
    });
    try {
      for await (const text of lines) {
        const line = parseLine(text);
        if (line === undefined || 'event' in line) {
          events.push(line?.event);
          continue;
        }
        const { statement, records } = line;
        const own = records === 0 ? [] : events.slice(-records);
        events = [];
        const whole = own.filter((event) => event !== undefined);
        yield whole.length === records ? { ...statement, events: whole } : statement;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Returns whether a letter has all its lines, so that it can be sent. */
export function isWhole(letter: CheckpointText | DamagedLetter): letter is CheckpointText {
  return 'events' in letter;
}

/** After a restored backup the same number may be another checkpoint. */
function markOf({ number, hash }: DamagedLetter): string {
  return `${number} ${hash}`;
}

/** @returns `undefined` for a line that is cut off or no line of a checkpoint */
function parseLine(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('checkpoint' in value)) {
    const { eventTime, errorCode } = value as { readonly eventTime?: unknown; readonly errorCode?: unknown };
    const time = Date.parse(String(eventTime));
    if (Number.isNaN(time)) return undefined;
    return { event: { json: text, time, isRefused: (errorCode ?? '') !== '' } };
  }
  const { number, signedAt, records, hash } = value.checkpoint as Record<string, unknown>;
  const time = Date.parse(String(signedAt));
  if (typeof number !== 'number' || typeof records !== 'number' || typeof hash !== 'string') return undefined;
  if (Number.isNaN(time)) return undefined;
  return { statement: { number, signedAt: time, hash, statement: text }, records };
}
