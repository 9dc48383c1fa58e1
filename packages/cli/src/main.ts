import { readFileSync } from 'node:fs';
import {
  ConfigurationError,
  InstallationError,
  MasterKeyUnavailable,
  Refusal,
  StoreUnavailable,
} from '@claviger/server';
import { Command, CommanderError } from 'commander';
import { addAccount } from './commands/account.ts';
import { addAudit } from './commands/audit.ts';
import { addCall } from './commands/call.ts';
import { addForwardAuth } from './commands/forward-auth.ts';
import { addGateway } from './commands/gateway.ts';
import { addGuardRegistration } from './commands/guard.ts';
import { addInit } from './commands/init.ts';
import { addMasterKeyCommand } from './commands/master-key.ts';
import { addPolicy } from './commands/policy.ts';
import { addRootAccessKey } from './commands/root-access-key.ts';
import { addRootPassword } from './commands/root-password.ts';
import { addServe } from './commands/serve.ts';
import { addSessions } from './commands/sessions.ts';
import { addSign } from './commands/sign.ts';
import { addVerify } from './commands/verify.ts';
import { reasonOf, sentenceOf } from './system-reason.ts';
import { type Terminal, TOLD, tell } from './terminal.ts';

export { surviveLostReaders } from './standard-streams.ts';

/** Exit codes: 0 done, 1 refused or failed, 2 the command line or configuration is wrong. */
const FAILED = 1;
const WRONG_USAGE = 2;

/** The command with everything under it. */
export function program(terminal: Terminal): Command {
  const { version } = JSON.parse(readFileSync(packageFile(), 'utf8')) as { readonly version: string };
  const root = new Command('claviger')
    .description(
      'A self-hosted AccessKey and access-management server, wire-compatible with RAM, IMS and STS.',
    )
    .version(version)
    .configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
    })
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .addHelpText('afterAll', '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage or configuration.')
    // `sign --version` is an API's version, and not ours.
    .enablePositionalOptions()
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  addInit(root, terminal);
  addServe(root, terminal);
  addAccount(root, terminal);
  addRootAccessKey(root, terminal);
  addRootPassword(root, terminal);
  addSessions(root, terminal);
  addMasterKeyCommand(root, terminal);
  addAudit(root, terminal);
  addGuardRegistration(root, terminal);
  addGateway(root, terminal);
  addForwardAuth(root, terminal);
  addSign(root, terminal);
  addCall(root, terminal);
  addVerify(root, terminal);
  addPolicy(root, terminal);
  for (const command of everyCommand(root)) command.exitOverride();
  return root;
}

/**
 * Runs a command line.
 * @param words without `node` and the script
 * @returns the exit code
 */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await program(terminal).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has told its own errors; help and version are not errors.
      if (error.exitCode === 0) return 0;
      if (error.code === TOLD) return error.exitCode;
      if (!error.code.startsWith('claviger.')) return WRONG_USAGE;
      tell(terminal, `error: ${error.message}`);
      return error.exitCode;
    }
    if (error instanceof ConfigurationError) {
      tell(terminal, `error: ${error.message}`);
      return WRONG_USAGE;
    }
    if (isExpected(error)) {
      const reason = error.cause instanceof Error ? `: ${causeOf(error.cause)}` : '';
      tell(terminal, `error: ${error.message}${reason}`);
      return FAILED;
    }
    // What the system says of an address or a file: in use, not permitted.
    if (error instanceof Error && 'syscall' in error) {
      tell(terminal, `error: ${sentenceOf(error as NodeJS.ErrnoException)}`);
      return FAILED;
    }
    throw error;
  }
}

function isExpected(error: unknown): error is Error {
  return (
    error instanceof InstallationError ||
    error instanceof MasterKeyUnavailable ||
    error instanceof Refusal ||
    error instanceof StoreUnavailable
  );
}

/** Of an address with several IPs, what the first of them said. */
function causeOf(cause: Error): string {
  const [first = cause] = cause instanceof AggregateError ? (cause.errors as Error[]) : [cause];
  return reasonOf(first);
}

function* everyCommand(command: Command): Iterable<Command> {
  for (const child of command.commands) {
    yield child;
    yield* everyCommand(child);
  }
}

function packageFile(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? '../package.json' : '../../package.json', import.meta.url);
}
