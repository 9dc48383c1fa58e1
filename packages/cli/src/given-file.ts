import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import { reasonOf } from './system-reason.ts';
import { inputOf, type Terminal } from './terminal.ts';

/**
 * Reads a file that the command line names.
 *
 * @param what it is, for whoever has to look for the mistake: `--ca`; empty when the name alone tells
 * @throws CommanderError, wrong usage, that says why it cannot be read
 */
export function readGivenFile(what: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadable(`${what === '' ? '' : `${what}: `}${file}`, error as NodeJS.ErrnoException);
  }
}

/**
 * Reads standard input to its end.
 *
 * @throws CommanderError, wrong usage, that says why it cannot be read
 */
export async function readStandardInput(terminal: Terminal): Promise<Buffer> {
  try {
    return await buffer(inputOf(terminal));
  } catch (error) {
    throw unreadable('standard input', error as NodeJS.ErrnoException);
  }
}

function unreadable(subject: string, error: NodeJS.ErrnoException): Error {
  if (error.code === undefined) return error;
  return new CommanderError(2, `claviger.${error.code}`, `${subject} cannot be read: ${reasonOf(error)}`);
}
