import { closeSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LocalMasterKey, newMasterKeyText } from './local-master-key.ts';
import { type MasterKey, MasterKeyUnavailable } from './master-key.ts';
import { accessProblem } from './private-file.ts';

/** Returns the path of the master key in a data directory. */
export function masterKeyFile(directory: string): string {
  return join(directory, 'master.key');
}

/**
 * Creates the file with one new key, mode 0600.
 * @throws MasterKeyUnavailable if it exists already, which is then left as it is, or cannot be written
 */
export function createMasterKeyFile(file: string, randomBytes: (size: number) => Uint8Array): void {
  writeDurably(file, [newMasterKeyText(randomBytes)]);
}

/**
 * Opens the master key in `file`: one key a line, the current one first. The file is read again when a rotation may
 * have changed it, so a running server goes on through one.
 * @throws MasterKeyUnavailable if the file is missing, malformed, or accessible to other users
 */
export function openMasterKeyFile(file: string, randomBytes: (size: number) => Uint8Array): MasterKey {
  return new LocalMasterKey(() => readKeys(file), randomBytes);
}

/** Begins a rotation: puts a new key in front; the old ones still unwrap. */
export function addMasterKey(file: string, randomBytes: (size: number) => Uint8Array): void {
  replace(file, [newMasterKeyText(randomBytes), ...readKeys(file)]);
}

/**
 * Adds a new key behind the current one: it unwraps, and wraps nothing yet. So the file can be copied to other nodes
 * before the key is used.
 * @throws MasterKeyUnavailable if a rotation was begun already
 */
export function addNextMasterKey(file: string, randomBytes: (size: number) => Uint8Array): void {
  const keys = readKeys(file);
  if (keys.length > 1) {
    throw new MasterKeyUnavailable(
      `the master key file ${file} has ${keys.length} keys: a rotation has begun already`,
    );
  }
  replace(file, [...keys, newMasterKeyText(randomBytes)]);
}

/**
 * Opens the file with the key that `addNextMasterKey` has added as the current one.
 * @throws MasterKeyUnavailable if there is none
 */
export function openNextMasterKey(file: string, randomBytes: (size: number) => Uint8Array): MasterKey {
  return new LocalMasterKey(() => {
    const keys = readKeys(file);
    if (keys.length < 2) {
      throw new MasterKeyUnavailable(`the master key file ${file} has no next key: begin with --step add`);
    }
    return keys.reverse();
  }, randomBytes);
}

/** Ends a rotation in steps: keeps the next key only. */
export function keepNextMasterKey(file: string): void {
  replace(file, readKeys(file).slice(-1));
}

/** Ends a rotation, once every data key was wrapped anew: keeps the current key only. */
export function dropOldMasterKeys(file: string): void {
  replace(file, readKeys(file).slice(0, 1));
}

function readKeys(file: string): string[] {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    throw new MasterKeyUnavailable(`the master key file ${file} cannot be read`, error);
  }
  try {
    const problem = accessProblem(file, descriptor);
    if (problem !== undefined) throw new MasterKeyUnavailable(`the master key file ${file} ${problem}`);
    return readFileSync(descriptor, 'latin1').split('\n').filter(Boolean);
  } finally {
    closeSync(descriptor);
  }
}

function replace(file: string, keys: readonly string[]): void {
  const next = `${file}.new`;
  writeDurably(next, keys);
  try {
    renameSync(next, file);
  } catch (error) {
    unlinkSync(next);
    throw new MasterKeyUnavailable(`the master key file ${file} cannot be replaced`, error);
  }
  syncDirectory(file);
}

/** Writes a new file and flushes it to the disk before it returns. */
function writeDurably(file: string, keys: readonly string[]): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new MasterKeyUnavailable(
      `the master key file ${file} ${exists ? 'exists already' : 'cannot be made'}`,
      exists ? undefined : error,
    );
  }
  try {
    writeFileSync(descriptor, keys.map((key) => `${key}\n`).join(''));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncDirectory(file);
}

function syncDirectory(file: string): void {
  // Windows cannot open a directory, and needs no such call.
  if (process.platform === 'win32') return;
  const descriptor = openSync(dirname(file), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
