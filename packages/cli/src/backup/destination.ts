import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { BackupError } from './backup-error.ts';
import { parseS3Address, S3Bucket, type S3Settings } from './s3-storage.ts';

/** Names that backups have in a folder or bucket: only these are removed when older ones are. */
const NAME = /^claviger-\d{8}T\d{6}Z\.age$/;

/** Place that a backup is written to. */
export interface Destination {
  readonly kind: 'file' | 'folder' | 's3';
  /** Address of the new backup. */
  readonly address: string;
  /** Writes a backup whole or not at all. @returns its size in bytes */
  write(encrypted: Readable): Promise<number>;
  /** Removes the oldest backups of Claviger there. @returns how many */
  keepNewest(count: number): Promise<number>;
}

/**
 * Returns the place that `--output` names: a file, a folder (it exists as one, or the name ends in `/`), or
 * `s3://bucket/prefix`.
 *
 * @param now ms since the epoch, for the name in a folder or bucket
 * @throws BackupError if the file exists
 */
export function openDestination(output: string, now: number, settings: S3Settings): Destination {
  const name = `claviger-${new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')}.age`;
  if (output.startsWith('s3://')) return s3Destination(output, name, settings);
  if (output.endsWith('/') || (existsSync(output) && statSync(output).isDirectory())) {
    return folderDestination(output, name);
  }
  if (existsSync(output)) throw new BackupError(`${output} exists already; nothing was written`);
  return {
    kind: 'file',
    address: output,
    write: (encrypted) => writeWhole(output, encrypted),
    keepNewest: async () => {
      throw new BackupError('--keep needs a folder or an s3:// address as --output');
    },
  };
}

function folderDestination(folder: string, name: string): Destination {
  const file = join(folder, name);
  return {
    kind: 'folder',
    address: file,
    write(encrypted) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return writeWhole(file, encrypted);
    },
    async keepNewest(count) {
      const old = oldest(readdirSync(folder), count);
      for (const each of old) rmSync(join(folder, each));
      return old.length;
    },
  };
}

function s3Destination(address: string, name: string, settings: S3Settings): Destination {
  const { bucket: bucketName, key } = parseS3Address(address);
  const bucket = new S3Bucket(bucketName, settings);
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  return {
    kind: 's3',
    address: `s3://${bucketName}/${prefix}${name}`,
    write: (encrypted) =>
      inTemporaryFile(async (file) => {
        const size = await writeWhole(file, encrypted);
        await bucket.upload(`${prefix}${name}`, file);
        return size;
      }),
    async keepNewest(count) {
      const names = (await bucket.list(prefix)).map((each) => each.slice(prefix.length));
      const old = oldest(names, count);
      for (const each of old) await bucket.remove(`${prefix}${each}`);
      return old.length;
    },
  };
}

/**
 * Runs work with a local file that has a backup; one in a bucket is downloaded for that time. It stays encrypted.
 *
 * @param input path, or `s3://bucket/key`
 */
export function withBackupFile<T>(
  input: string,
  settings: S3Settings,
  work: (file: string) => Promise<T>,
): Promise<T> {
  if (!input.startsWith('s3://')) return work(input);
  const { bucket, key } = parseS3Address(input);
  return inTemporaryFile(async (file) => {
    await new S3Bucket(bucket, settings).download(key, file);
    return work(file);
  });
}

async function inTemporaryFile<T>(work: (file: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'claviger-backup-'));
  try {
    return await work(join(directory, 'backup.age'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Names sort by their time. */
function oldest(names: readonly string[], keep: number): string[] {
  const own = names.filter((name) => NAME.test(name)).sort();
  return own.slice(0, Math.max(0, own.length - keep));
}

/** Writes a file of mode 0600 under another name, flushes it, and renames it last. @returns its size */
async function writeWhole(file: string, content: Readable): Promise<number> {
  const partial = join(dirname(file), `.${basename(file)}.partial`);
  await rm(partial, { force: true });
  const handle = await open(partial, 'wx', 0o600);
  try {
    await writeAll(handle, content);
    await handle.sync();
    const { size } = await stat(partial);
    await handle.close();
    await rename(partial, file);
    const folder = await open(dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
    return size;
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

async function writeAll(handle: FileHandle, content: Readable): Promise<void> {
  for await (const chunk of content) await handle.write(chunk as Uint8Array);
}
