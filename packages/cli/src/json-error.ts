import { CommanderError } from 'commander';
import { print, type Terminal, TOLD } from './terminal.ts';

/**
 * Does the work of a command. With `--json` an error that ends it is one JSON object on standard output too:
 * `{ "error": { "code", "message" } }`.
 */
export async function orJsonError(
  terminal: Terminal,
  { json }: { readonly json?: boolean },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (json && error instanceof CommanderError && error.code !== TOLD) {
      const code = error.code.replace(/^claviger\./, '');
      print(terminal, JSON.stringify({ error: { code, message: error.message } }));
    }
    throw error;
  }
}
