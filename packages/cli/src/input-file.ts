import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { systemErrorText } from '@claviger/guard/internal';
import { CommanderError } from 'commander';
import { inputOf, type Terminal } from './terminal.ts';

/**
 * Reads a file that the command line names.
 *
 * @param flag for the error message, such as `--ca`; empty for an argument
 * @throws CommanderError, as invalid usage, with the reason
 */
export function readInputFile(flag: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw unreadable(`${flag === '' ? '' : `${flag}: `}${file}`, error as NodeJS.ErrnoException);
  }
}

/**
 * Reads standard input to its end.
 *
 * @throws CommanderError, as invalid usage, with the reason
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
  return new CommanderError(
    2,
    `claviger.${error.code}`,
    `${subject} cannot be read: ${systemErrorText(error)}`,
  );
}
