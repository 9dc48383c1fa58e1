import type { Command } from 'commander';
import { type Finding, findings } from '../doctor/findings.ts';
import { addServerFlags, configurationOf, DATA_SETTINGS } from '../server-flags.ts';
import { exitWith, green, print, red, type Terminal } from '../terminal.ts';

/** Adds `claviger doctor`, which checks an installation and says what to do. */
export function addDoctor(program: Command, terminal: Terminal): void {
  const command = program
    .command('doctor')
    .summary('check an installation, and say what to do')
    .description(
      'Checks the database and its integrity, its version, the master key, the clock, file modes, certificate, free ' +
        'disk, Redis and the age of the last backup. Changes nothing; servers may be running. Give it the settings of ' +
        'the server. Exit code 1 if a check failed; warnings do not count.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger doctor --data ./data\n' +
        '  npx claviger doctor --data ./data --json | jq \'.Checks[] | select(.Status != "ok")\'',
    );
  addServerFlags(command, [...DATA_SETTINGS, 'redis', 'tls', 'tlsCert', 'tlsKey']).action(
    async (flags: { readonly json?: boolean }) => {
      const configuration = configurationOf(terminal, { ...flags });
      const found: Finding[] = [];
      for await (const finding of findings(configuration)) {
        found.push(finding);
        if (!flags.json) printFinding(terminal, finding);
      }
      const isHealthy = found.every(({ status }) => status !== 'failed');
      if (flags.json) {
        const checks = found.map(({ name, status, message, remedy }) => ({
          Name: name,
          Status: status,
          Message: message,
          ...(remedy !== undefined && { Remedy: remedy }),
        }));
        print(terminal, JSON.stringify({ Healthy: isHealthy, Checks: checks }));
      }
      if (!isHealthy) throw exitWith(1);
    },
  );
}

function printFinding(terminal: Terminal, { name, status, message, remedy }: Finding): void {
  const word = status.padEnd(7);
  const styled = status === 'ok' ? green(terminal, word) : status === 'failed' ? red(terminal, word) : word;
  print(terminal, `${styled}  ${name.padEnd(12)}  ${message}`);
  if (remedy !== undefined) print(terminal, `${' '.repeat(23)}${remedy}`);
}
