import { systemErrorText } from '@claviger/guard/internal';
import {
  ConfigurationError,
  InstallationError,
  MasterKeyUnavailable,
  Refusal,
  StoreUnavailable,
} from '@claviger/server';
import { Command, CommanderError } from 'commander';
import { BackupError } from './backup/backup-error.ts';
import { addAccessKeys } from './commands/access-keys.ts';
import { addAccount } from './commands/account.ts';
import { addAudit } from './commands/audit.ts';
import { addBackup } from './commands/backup.ts';
import { addCall } from './commands/call.ts';
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addForwardAuth } from './commands/forward-auth.ts';
import { addGateway } from './commands/gateway.ts';
import { addGuardRegistration } from './commands/guard.ts';
import { addInit } from './commands/init.ts';
import { addMasterKeyCommand } from './commands/master-key.ts';
import { addMigrate } from './commands/migrate.ts';
import { addPolicy } from './commands/policy.ts';
import { addRestore } from './commands/restore.ts';
import { addRootAccessKey } from './commands/root-access-key.ts';
import { addRootPassword } from './commands/root-password.ts';
import { addServe } from './commands/serve.ts';
import { addSessions } from './commands/sessions.ts';
import { addSign } from './commands/sign.ts';
import { addUpgrade } from './commands/upgrade.ts';
import { addUsers } from './commands/users.ts';
import { addVerify } from './commands/verify.ts';
import { addWhoami } from './commands/whoami.ts';
import { INVALID_VALUE, nameFlagsInErrors } from './invalid-value.ts';
import { packageVersion } from './package-version.ts';
import { systemErrorSentence } from './system-error.ts';
import { ALREADY_REPORTED, printStatus, type Terminal } from './terminal.ts';

export { handleOutputErrors } from './output-errors.ts';

/** Exit code for a refused or failed command. */
const FAILED = 1;
/** Exit code for an invalid command line or configuration. */
const USAGE_ERROR = 2;
const SEE_HELP = '(see --help)';

/** Builds the `claviger` command with all its subcommands. */
export function program(terminal: Terminal): Command {
  const root = new Command('claviger')
    .description(
      'A self-hosted AccessKey and access-management server, wire-compatible with RAM, IMS and STS.',
    )
    .version(packageVersion())
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('afterAll', '\nExit codes: 0 done, 1 refused or failed, 2 invalid usage or configuration.')
    // `sign --version` is the version of an API, not of this command.
    .enablePositionalOptions()
    .showHelpAfterError(SEE_HELP)
    .exitOverride();
  addInit(root, terminal);
  addServe(root, terminal);
  addAccount(root, terminal);
  addRootAccessKey(root, terminal);
  addRootPassword(root, terminal);
  addSessions(root, terminal);
  addMasterKeyCommand(root, terminal);
  addAudit(root, terminal);
  addBackup(root, terminal);
  addRestore(root, terminal);
  addMigrate(root, terminal);
  addDoctor(root, terminal);
  addUpgrade(root, terminal);
  addGuardRegistration(root, terminal);
  addGateway(root, terminal);
  addForwardAuth(root, terminal);
  addSign(root, terminal);
  addCall(root, terminal);
  addVerify(root, terminal);
  addPolicy(root, terminal);
  addWhoami(root, terminal);
  addUsers(root, terminal);
  addAccessKeys(root, terminal);
  addCompletion(root, terminal);
  for (const command of subcommands(root)) {
    command.exitOverride();
    nameFlagsInErrors(command);
  }
  return root;
}

/**
 * Runs a command line and returns the exit code.
 * @param words without `node` and the script
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its own errors; help and version are not errors.
      if (error.exitCode === 0) return 0;
      if (error.code === ALREADY_REPORTED) return error.exitCode;
      if (!error.code.startsWith('claviger.')) return USAGE_ERROR;
      printStatus(terminal, `error: ${error.message}`);
      if (error.code === INVALID_VALUE) printStatus(terminal, SEE_HELP);
      return error.exitCode;
    }
    if (error instanceof ConfigurationError) {
      printStatus(terminal, `error: ${error.message}`);
      return USAGE_ERROR;
    }
    if (isExpected(error)) {
      const reason = error.cause instanceof Error ? `: ${causeOf(error.cause)}` : '';
      printStatus(terminal, `error: ${error.message}${reason}`);
      return FAILED;
    }
    // Errors of the operating system for an address or a file: in use, not permitted.
    if (error instanceof Error && 'syscall' in error) {
      printStatus(terminal, `error: ${systemErrorSentence(error as NodeJS.ErrnoException)}`);
      return FAILED;
    }
    throw error;
  }
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof BackupError ||
    error instanceof InstallationError ||
    error instanceof MasterKeyUnavailable ||
    error instanceof Refusal ||
    error instanceof StoreUnavailable
  );
}

/** Returns the reason of a cause; for a host with several IP addresses, that of the first. */
function causeOf(cause: Error): string {
  const [first = cause] = cause instanceof AggregateError ? (cause.errors as Error[]) : [cause];
  return systemErrorText(first);
}

function* subcommands(command: Command): Iterable<Command> {
  for (const child of command.commands) {
    yield child;
    yield* subcommands(child);
  }
}
