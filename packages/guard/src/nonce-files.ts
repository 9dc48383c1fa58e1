import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, mkdir, open, readdir, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GENERATION_MS, NonceMemory, type NonceStore, type NonceUse } from './nonce-memory.ts';

export interface NonceFilesOptions {
  /** Directory for this process only; created if absent, readable by this user only. */
  readonly directory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Maximum number of nonces held at once, 16 bytes of memory and 8 of disk each. Default: 18,000,000. */
  readonly maxNonces?: number;
  /** Called when the disk is full or fails; requests are then refused with `Throttling.Nonce`. */
  readonly log: (message: string) => void;
}

const SEED_FILE = 'seed';
const SEED_BYTES = 16;
const RECORD_BYTES = 8;
const READ_BYTES = RECORD_BYTES * 8192;
/** Interval at which writes are synced to the disk, in milliseconds. */
const SYNC_MS = 1000;
const FILE_NAME = /^nonces-(\d{1,12})$/;

/**
 * Opens a nonce store in memory and files, so that a request that was used before a restart is refused after
 * it.
 *
 * Each nonce is written before its request continues: it survives the end of the process, `kill -9` included.
 * Files are synced every second, not for each nonce, which would limit a guard to the sync rate of its disk:
 * a power failure can lose the nonces of the last second. One file holds a quarter of an hour of expiries and
 * is deleted when they have passed.
 *
 * @throws the system's error if the directory cannot be read or written
 * @example
 * const nonces = await openNonceFiles({ directory: '/var/lib/orders/nonces', now: Date.now, log: console.warn });
 * const guard = createGuard({ source, service, nonces });
 */
export async function openNonceFiles(options: NonceFilesOptions): Promise<NonceFiles> {
  const { directory, now, maxNonces } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const startedAt = now();
  const isNew = await makeSeed(join(directory, SEED_FILE));
  const seed = readFileSync(join(directory, SEED_FILE));
  if (seed.length !== SEED_BYTES)
    throw new Error(`invalid seed file ${join(directory, SEED_FILE)}: expected ${SEED_BYTES} bytes`);
  const memory = new NonceMemory({
    seed,
    ...(maxNonces === undefined ? {} : { maxNonces }),
    // Nonces used before the files existed are in none of them. Timestamps have whole seconds.
    ...(isNew ? { remembersFrom: Math.ceil(startedAt / 1000) * 1000 } : {}),
  });
  for (const name of await readdir(directory)) {
    const number = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    const file = join(directory, name);
    if (number < Math.floor(startedAt / GENERATION_MS)) await unlink(file);
    else await readRecords(file, (digest) => memory.rememberDigest(digest, number * GENERATION_MS));
  }
  return new NonceFiles(options, memory);
}

/** Creates the seed file. @returns false if it exists */
async function makeSeed(file: string): Promise<boolean> {
  try {
    await writeFile(file, randomBytes(SEED_BYTES), { flag: 'wx', mode: 0o600, flush: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Reads whole records, and truncates an incomplete last one: its request never continued. */
async function readRecords(file: string, take: (digest: string) => void): Promise<void> {
  const handle: FileHandle = await open(file, 'r');
  let size = 0;
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, READ_BYTES, size);
      const whole = bytesRead - (bytesRead % RECORD_BYTES);
      for (let at = 0; at < whole; at += RECORD_BYTES) take(chunk.toString('latin1', at, at + RECORD_BYTES));
      size += whole;
      if (whole === 0) break;
    }
  } finally {
    await handle.close();
  }
  await truncate(file, size);
}

/** Nonce store in memory and files. Created by {@link openNonceFiles}. */
export class NonceFiles implements NonceStore {
  readonly #options: NonceFilesOptions;
  readonly #memory: NonceMemory;
  /** Open files by generation. */
  readonly #files = new Map<number, number>();
  readonly #unsynced = new Set<number>();
  readonly #record = Buffer.alloc(RECORD_BYTES);
  readonly #timer: NodeJS.Timeout;
  #isFailing = false;

  /** @param memory holds the nonces of the files */
  constructor(options: NonceFilesOptions, memory: NonceMemory) {
    this.#options = options;
    this.#memory = memory;
    this.#timer = setInterval(() => this.#sync(), SYNC_MS).unref();
  }

  get remembersFrom(): number | undefined {
    return this.#memory.remembersFrom;
  }

  /** Number of nonces held. */
  get size(): number {
    return this.#memory.size;
  }

  /** Records a nonce; see `NonceStore`. Returns `full` if it cannot be written. */
  use(accessKeyId: string, nonce: string, expiresAt: number, now: number): NonceUse {
    const digest = this.#memory.digest(accessKeyId, nonce);
    const use = this.#memory.useDigest(digest, expiresAt, now);
    if (use !== 'first') return use;
    try {
      this.#write(digest, Math.floor(expiresAt / GENERATION_MS), now);
      this.#isFailing = false;
      return 'first';
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!this.#isFailing)
        this.#options.log(`nonces cannot be written, requests are refused: ${code ?? message}`);
      this.#isFailing = true;
      return 'full';
    }
  }

  #write(digest: string, generation: number, now: number): void {
    let file = this.#files.get(generation);
    if (file === undefined) {
      this.#deleteBefore(Math.floor(now / GENERATION_MS));
      file = openSync(this.#path(generation), 'a', 0o600);
      // Rest of a record that an earlier write left incomplete.
      const { size } = fstatSync(file);
      if (size % RECORD_BYTES > 0) ftruncateSync(file, size - (size % RECORD_BYTES));
      this.#files.set(generation, file);
    }
    this.#record.write(digest, 0, RECORD_BYTES, 'latin1');
    const written = writeSync(file, this.#record);
    if (written !== RECORD_BYTES) {
      // Later records would be misaligned: the next use opens the file again and truncates the rest.
      this.#close(generation, file);
      throw new Error('a record was written in part');
    }
    this.#unsynced.add(file);
  }

  #deleteBefore(generation: number): void {
    for (const [number, file] of this.#files) {
      if (number >= generation) continue;
      this.#close(number, file);
      unlinkSync(this.#path(number));
    }
  }

  #close(generation: number, file: number): void {
    this.#files.delete(generation);
    this.#unsynced.delete(file);
    closeSync(file);
  }

  #sync(): void {
    for (const file of this.#unsynced) {
      fdatasync(file, (error) => {
        if (error !== null && error.code !== 'EBADF') this.#options.log(`nonces: ${error.code}`);
      });
    }
    this.#unsynced.clear();
  }

  #path(generation: number): string {
    return join(this.#options.directory, `nonces-${generation}`);
  }

  /** Syncs and closes the files. */
  close(): void {
    clearInterval(this.#timer);
    for (const file of this.#files.values()) {
      fdatasyncSync(file);
      closeSync(file);
    }
    this.#files.clear();
    this.#unsynced.clear();
  }
}
