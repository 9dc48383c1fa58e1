import { resolve } from 'node:path';
import {
  GatewayConfigurationError,
  type GuardDependencies,
  type LoadedConfiguration,
  warningsOf,
} from '@claviger/guard/gateway';
import { RedisNonces } from '@claviger/guard/redis';
import { type Command, CommanderError, Option } from 'commander';
import { pino } from 'pino';
import { GuardSource } from './guard-source.ts';
import { print, type Terminal, tell, warning } from './terminal.ts';

/** A guard that runs: a gateway, or an endpoint that proxies ask. */
interface RunningGuard {
  reload(): Promise<unknown>;
  close(graceMs: number): Promise<void>;
}

/** What is different between the commands that guard services. */
export interface GuardKind<Running extends RunningGuard> {
  /** Reads the configuration and every file that it names. @throws GatewayConfigurationError */
  readonly load: (file: string) => Promise<LoadedConfiguration>;
  readonly start: (file: string, dependencies: GuardDependencies) => Promise<Running>;
  /** What to print when it listens, a line each. */
  readonly greeting: (running: Running) => readonly string[];
  /** Examples and a configuration, for the help. */
  readonly help: string;
}

interface GuardFlags {
  readonly config: string;
  readonly check?: boolean;
  readonly logLevel?: string;
}

const ID = 'CLAVIGER_GUARD_ACCESS_KEY_ID';
const SECRET = 'CLAVIGER_GUARD_ACCESS_KEY_SECRET';

const WHERE_SECRETS_COME_FROM = `
Secrets are taken from the environment only:
  ${ID}, ${SECRET}
      what \`claviger guard add\` has printed: the credential of a registered guard
  CLAVIGER_GUARD_IDENTITY_SECRET
      what the keys of identity tokens come from, base64 of 32 bytes or more; the same for all that guard one service.
      Without it each process has keys of its own.
  CLAVIGER_GUARD_REDIS
      Redis or Valkey, redis:// or rediss://, in which the nonces of all that guard one service are remembered.
      Without it each process remembers those of its own; see nonces.directory in the configuration.

It ends with 1 when the control plane refuses the AccessKey at the start: a supervisor may start it again. A control
plane that does not answer ends nothing: it is tried again.`;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
/** How long a log line may wait to be written, in milliseconds. */
const FLUSH_MS = 1000;
/** Just below what one write of the log takes. */
const FLUSH_BYTES = 16_000;
/** What is under way when the process is stopped has so long, in milliseconds. */
const GRACE_MS = 10_000;

/** Adds flags, help and work to a command that guards services. */
export function addGuard<Running extends RunningGuard>(
  command: Command,
  terminal: Terminal,
  kind: GuardKind<Running>,
): void {
  command
    .requiredOption('--config <file>', 'the configuration, YAML or JSON')
    .option('--check', 'read the configuration and every file it names, say what is wrong, and start nothing')
    .addOption(
      new Option(
        '--log-level <level>',
        'least level that is logged, to standard error (CLAVIGER_LOG_LEVEL, default info)',
      ).choices(LOG_LEVELS),
    )
    .addHelpText('after', `${WHERE_SECRETS_COME_FROM}\n\n${kind.help}`)
    .action(async (flags: GuardFlags) => {
      try {
        if (flags.check) print(terminal, await checked(terminal, flags.config, kind));
        else await guard(terminal, flags, kind);
      } catch (error) {
        // A wrong configuration is told of as a wrong command line.
        if (error instanceof GatewayConfigurationError) throw wrong(error.message);
        throw error;
      }
    });
}

async function checked(
  terminal: Terminal,
  file: string,
  { load }: Pick<GuardKind<RunningGuard>, 'load'>,
): Promise<string> {
  const loaded = await load(resolve(file));
  const { configuration, maps } = loaded;
  const warnings = warningsOf(loaded);
  for (const text of warnings) tell(terminal, warning(terminal, `warning: ${text}`));
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  const routes = maps.reduce((count, map) => count + map.routes.length, 0);
  return `${file}: ${counted(configuration.services.length, 'service')}, ${counted(routes, 'route')}, no fault${
    warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`
  }`;
}

/** Guards until a signal, or until the control plane refuses for good while there has been no copy. */
async function guard<Running extends RunningGuard>(
  terminal: Terminal,
  flags: GuardFlags,
  kind: GuardKind<Running>,
): Promise<void> {
  const { environment } = terminal;
  const accessKeyId = needed(environment, ID);
  const accessKeySecret = needed(environment, SECRET);
  const secret = identitySecret(environment);
  const { log, flush } = openLog(flags.logLevel ?? environment['CLAVIGER_LOG_LEVEL'] ?? 'info');
  const nonces = await openSharedNonces(environment, log);
  const source = new GuardSource(terminal, { accessKeyId, accessKeySecret }, log);
  const running = await kind.start(resolve(flags.config), {
    openSource: (settings, ca, services) => source.open(settings, ca, services),
    now: Date.now,
    log,
    identitySecret: secret,
    nonces,
  });
  for (const line of kind.greeting(running)) print(terminal, line);
  const refusal = await Promise.race([stopSignal(running), source.refused]);
  if (refusal === undefined) tell(terminal, 'Stopping: finishing what is under way.');
  await running.close(refusal === undefined ? GRACE_MS : 0);
  nonces?.close();
  flush();
  if (refusal !== undefined) throw new CommanderError(1, 'claviger.guard', refusal);
}

/** Resolves at SIGTERM or SIGINT; the configuration is taken again at each SIGHUP. */
function stopSignal(running: RunningGuard): Promise<undefined> {
  let isStopping = false;
  process.on('SIGHUP', () => {
    if (!isStopping) void running.reload();
  });
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        isStopping = true;
        resolve(undefined);
      });
    }
  });
}

function openLog(level: string): { readonly log: GuardDependencies['log']; readonly flush: () => void } {
  if (!LOG_LEVELS.includes(level)) {
    throw wrong(`CLAVIGER_LOG_LEVEL: \`${level}\` is none of ${LOG_LEVELS.join(', ')}`);
  }
  const destination = pino.destination({
    dest: 2,
    sync: false,
    minLength: FLUSH_BYTES,
    periodicFlush: FLUSH_MS,
  });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { log, flush: () => destination.flushSync() };
}

/** Nonces in Redis or Valkey, when the environment names one. @throws CommanderError when it does not answer */
async function openSharedNonces(
  environment: Terminal['environment'],
  log: GuardDependencies['log'],
): Promise<RedisNonces | undefined> {
  const url = environment['CLAVIGER_GUARD_REDIS'];
  if (url === undefined || url === '') return undefined;
  // It may hold a password, so it is not repeated.
  if (!/^rediss?:\/\/./.test(url))
    throw wrong('CLAVIGER_GUARD_REDIS: it is no redis:// or rediss:// address');
  const nonces = new RedisNonces(url, (problem) => log.warn({ problem }, 'nonces'));
  try {
    await nonces.ready();
    return nonces;
  } catch {
    nonces.close();
    throw new CommanderError(1, 'claviger.guard', 'CLAVIGER_GUARD_REDIS: it cannot be reached');
  }
}

function needed(environment: Terminal['environment'], name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw wrong(`${name}: it is not set; see --help`);
}

function identitySecret(environment: Terminal['environment']): Uint8Array | undefined {
  const text = environment['CLAVIGER_GUARD_IDENTITY_SECRET'];
  if (text === undefined || text === '') return undefined;
  const secret = Buffer.from(text, 'base64');
  if (secret.length >= 32 && /^[A-Za-z0-9+/_-]+=*$/.test(text)) return secret;
  throw wrong('CLAVIGER_GUARD_IDENTITY_SECRET: it is no base64 of 32 bytes or more');
}

function wrong(message: string): CommanderError {
  return new CommanderError(2, 'claviger.guard', message);
}
