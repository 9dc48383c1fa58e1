import type { Command } from 'commander';
import { API_HELP, ApiClient, type ApiFlags, addApiFlags, textOf } from '../api-client.ts';
import { withJsonErrors } from '../json-error.ts';
import { bold, print, type Terminal } from '../terminal.ts';

/** Adds `claviger whoami`, which shows the identity of the AccessKey in use. */
export function addWhoami(program: Command, terminal: Terminal): void {
  const command = program
    .command('whoami')
    .description('show the account and identity of the AccessKey in use')
    .addHelpText(
      'after',
      `${API_HELP}\n\nExamples:\n  claviger whoami\n  claviger whoami --profile ci --json`,
    );
  addApiFlags(command).action((flags: ApiFlags) =>
    withJsonErrors(terminal, flags, async () => {
      const answer = await new ApiClient(terminal, flags).call('sts', 'GetCallerIdentity');
      if (flags.json) {
        print(terminal, JSON.stringify(answer));
        return;
      }
      for (const [label, field] of [
        ['Account', 'AccountId'],
        ['Identity', 'Arn'],
        ['Kind', 'IdentityType'],
        ['ID', 'UserId'],
      ] as const) {
        const value = textOf(answer, field);
        if (value !== '') print(terminal, `  ${label.padEnd(10)}${bold(terminal, value)}`);
      }
    }),
  );
}
