import { CommanderError } from 'commander';
import { ALREADY_REPORTED, print, type Terminal } from './terminal.ts';

/**
 * Runs the action of a command. With `--json` an error is also printed to standard output as one JSON object:
 * `{ "error": { "code", "message" } }`.
 */
export async function withJsonErrors(
  terminal: Terminal,
  { json }: { readonly json?: boolean },
  action: () => Promise<void>,
): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (json && error instanceof CommanderError && error.code !== ALREADY_REPORTED) {
      const code = error.code.replace(/^claviger\./, '');
      print(terminal, JSON.stringify({ error: { code, message: error.message } }));
    }
    throw error;
  }
}
