import { resolve } from 'node:path';
import { Writable } from 'node:stream';
import {
  GatewayConfigurationError,
  type GuardDependencies,
  guardWorkerState,
  type LoadedConfiguration,
  warningsOf,
} from '@claviger/guard/gateway';
import { RedisNonces } from '@claviger/guard/redis';
import { type Command, CommanderError, Option } from 'commander';
import { pino } from 'pino';
import { GuardSnapshotSource } from './guard-snapshot-source.ts';
import { LogDestination } from './log-destination.ts';
import { stopSignal } from './stop-signal.ts';
import { print, printStatus, type Terminal, warningStyle } from './terminal.ts';
import { startTracing, TRACING_HELP } from './tracing.ts';
import { withLoggedRejections } from './unhandled-rejections.ts';
import { type GuardStart, startGuardPool } from './workers/guard-pool.ts';
import { runWorker } from './workers/run-worker.ts';
import { workerCount } from './workers/worker-count.ts';
import { workerNumber } from './workers/worker-variable.ts';

/** A running gateway or forward-auth endpoint. */
interface RunningGuard {
  readonly metrics: { getMetricsAsJSON(): Promise<unknown> };
  reload(): Promise<unknown>;
  drain(idleMs: number, graceMs: number): Promise<void>;
  close(graceMs: number): Promise<void>;
}

/** Differences between the commands that run a guard. */
export interface GuardProcessKind<Running extends RunningGuard> {
  /** Reads the configuration and the files it names. @throws GatewayConfigurationError */
  readonly load: (file: string) => Promise<LoadedConfiguration>;
  readonly start: (file: string, dependencies: GuardDependencies) => Promise<Running>;
  /** Lines to print when it listens. */
  readonly startMessages: (running: Running) => readonly string[];
  /** Examples and a sample configuration for `--help`. */
  readonly help: string;
}

interface GuardFlags {
  readonly config: string;
  readonly check?: boolean;
  readonly logLevel?: string;
  readonly workers?: number | 'auto';
}

const ID = 'CLAVIGER_GUARD_ACCESS_KEY_ID';
const SECRET = 'CLAVIGER_GUARD_ACCESS_KEY_SECRET';

const REDIS = 'CLAVIGER_GUARD_REDIS';
const NONCES_UNAVAILABLE = 'CLAVIGER_GUARD_NONCES_UNAVAILABLE';

const SECRETS_HELP = `
Secrets are read from the environment only:
  ${ID}, ${SECRET}
      credential of a registered guard, as printed by \`claviger guard add\`
  CLAVIGER_GUARD_IDENTITY_SECRET
      secret from which the keys of identity tokens are derived, base64 of 32 bytes or more. Use the same value for all
      processes that guard one service; without it each process has its own keys.
  ${REDIS}
      redis:// or rediss:// URL of the Redis or Valkey that stores nonces for all processes that guard one service.
      Without it each process stores its own; see nonces.directory in the configuration.
  ${NONCES_UNAVAILABLE}
      requests while that Redis does not answer: refuse (default), or accept: each process checks them against its own
      nonces only, so that a captured request can be used once at each.

Exits with 1 when the control plane refuses the AccessKey at the start; a supervisor may restart it. While the control
plane does not answer, the connection is retried.`;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
/** Time for pending requests when the process is stopped, in milliseconds. */
const GRACE_MS = 10_000;
/** Part of it that a worker has after its last request. */
const STOP_MS = 1_000;

/** Adds the flags, the help and the action of a command that runs a guard. */
export function addGuardProcess<Running extends RunningGuard>(
  command: Command,
  terminal: Terminal,
  kind: GuardProcessKind<Running>,
): void {
  command
    .requiredOption('--config <file>', 'configuration file, YAML or JSON')
    .option('--check', 'validate the configuration and the files it names, then exit')
    .addOption(
      new Option(
        '--log-level <level>',
        'lowest level that is logged, to standard error (CLAVIGER_LOG_LEVEL, default info)',
      ).choices(LOG_LEVELS),
    )
    .addOption(
      new Option(
        '--workers <count>',
        'processes that answer requests; auto: one per processor core; SIGUSR2 replaces them in turn (CLAVIGER_WORKERS, default 1)',
      ).argParser(parseWorkers),
    )
    .addHelpText('after', `${SECRETS_HELP}\n\n${TRACING_HELP}\n\n${kind.help}`)
    .action(async (flags: GuardFlags) => {
      try {
        if (flags.check) print(terminal, await checkConfiguration(terminal, flags.config, kind));
        else if (workerNumber(terminal.environment) !== undefined)
          await runGuardWorker(terminal, flags, kind);
        else await runGuard(terminal, flags, kind);
      } catch (error) {
        // An invalid configuration exits with 2, as an invalid command line does.
        if (error instanceof GatewayConfigurationError) throw usageError(error.message);
        throw error;
      }
    });
}

async function checkConfiguration(
  terminal: Terminal,
  file: string,
  { load }: Pick<GuardProcessKind<RunningGuard>, 'load'>,
): Promise<string> {
  const loaded = await load(resolve(file));
  const { configuration, maps } = loaded;
  const warnings = warningsOf(loaded);
  for (const text of warnings) printStatus(terminal, warningStyle(terminal, `warning: ${text}`));
  const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
  const routes = maps.reduce((count, map) => count + map.routes.length, 0);
  return `${file}: ${counted(configuration.services.length, 'service')}, ${counted(routes, 'route')}, no errors${
    warnings.length === 0 ? '' : `, ${counted(warnings.length, 'warning')}`
  }`;
}

/** Runs until a signal, or until the control plane refuses the guard before the first snapshot. */
async function runGuard<Running extends RunningGuard>(
  terminal: Terminal,
  flags: GuardFlags,
  kind: GuardProcessKind<Running>,
): Promise<void> {
  const { environment } = terminal;
  const accessKeyId = requireVariable(environment, ID);
  const accessKeySecret = requireVariable(environment, SECRET);
  const secret = identitySecret(environment);
  const { log, flush } = openLog(flags.logLevel ?? environment['CLAVIGER_LOG_LEVEL'] ?? 'info');
  const count = workerCount(flags.workers ?? parseWorkers(environment['CLAVIGER_WORKERS'] || '1'));
  await withLoggedRejections(
    (error) => log.error({ err: error }, 'unexpected error in background work: please report it'),
    () => (count > 1 ? serveByWorkers() : serveUntilStopped()),
  );

  async function serveByWorkers(): Promise<void> {
    const { configuration } = await kind.load(resolve(flags.config));
    const pool = await startGuardPool({
      count,
      log,
      identitySecret: secret,
      nonceDirectory: configuration.nonceDirectory,
      usesRedis: (environment[REDIS] ?? '') !== '',
    });
    for (const line of pool.startMessages) print(terminal, line);
    const report = (problem: Error) => log.error({ problem: problem.message }, 'workers');
    process.on('SIGUSR2', () => {
      pool.restart().then(() => log.info({}, 'all workers are replaced'), report);
    });
    const running = { reload: () => pool.reload().catch(report) };
    const refusal = await Promise.race([reloadUntilStopped(running, environment), pool.refused]);
    if (refusal === undefined) printStatus(terminal, 'Stopping: waiting for pending requests.');
    await pool.close();
    flush();
    if (refusal !== undefined) throw new CommanderError(1, 'claviger.guard', refusal);
  }

  async function serveUntilStopped(): Promise<void> {
    const stopTracing = await startTracing(environment, (problem) => log.warn({ problem }, 'traces'));
    const nonces = await openSharedNonces(environment, log);
    const source = new GuardSnapshotSource(terminal, { accessKeyId, accessKeySecret }, log);
    const running = await kind.start(resolve(flags.config), {
      openSource: (settings, ca, services) => source.open(settings, ca, services),
      now: Date.now,
      log,
      identitySecret: secret,
      nonces,
    });
    for (const line of kind.startMessages(running)) print(terminal, line);
    const refusal = await Promise.race([reloadUntilStopped(running, environment), source.refused]);
    if (refusal === undefined) printStatus(terminal, 'Stopping: waiting for pending requests.');
    await running.close(refusal === undefined ? GRACE_MS : 0);
    nonces?.close();
    await stopTracing();
    flush();
    if (refusal !== undefined) throw new CommanderError(1, 'claviger.guard', refusal);
  }
}

/** Runs a worker of a guard, until its primary ends it. */
async function runGuardWorker<Running extends RunningGuard>(
  terminal: Terminal,
  flags: GuardFlags,
  kind: GuardProcessKind<Running>,
): Promise<never> {
  const { environment } = terminal;
  const accessKeyId = requireVariable(environment, ID);
  const accessKeySecret = requireVariable(environment, SECRET);
  const { log, flush } = openLog(flags.logLevel ?? environment['CLAVIGER_LOG_LEVEL'] ?? 'info');
  process.on('unhandledRejection', (error) =>
    log.error({ err: error }, 'unexpected error in background work: please report it'),
  );
  return runWorker<GuardStart>(async (message, channel) => {
    const { number, identitySecret: secret, nonces: ofPrimary, isReplacement } = message;
    const stopTracing = await startTracing(environment, (problem) => log.warn({ problem }, 'traces'));
    const nonces = await openSharedNonces(environment, log);
    // The progress of the first snapshot is printed once.
    const shown = number === 1 ? terminal : { ...terminal, out: silentOutput(), err: silentOutput() };
    const source = new GuardSnapshotSource(shown, { accessKeyId, accessKeySecret }, log);
    void source.refused.then((reason) => channel.tell('refused', reason));
    const running = await kind.start(resolve(flags.config), {
      openSource: (settings, ca, services) => source.open(settings, ca, services),
      now: Date.now,
      log,
      identitySecret: Buffer.from(secret, 'base64'),
      nonces,
      workers: guardWorkerState(channel, ofPrimary, isReplacement),
    });
    return {
      started: kind.startMessages(running),
      drain: (idleMs) => running.drain(idleMs, GRACE_MS - STOP_MS),
      stop: async () => {
        await running.close(STOP_MS);
        nonces?.close();
        await stopTracing();
        flush();
      },
      values: () => running.metrics.getMetricsAsJSON(),
      handlers: { reload: () => running.reload() },
    };
  });
}

function silentOutput(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Reads a number of workers. @throws CommanderError */
function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 128) return count;
  throw usageError(
    `--workers: invalid value ${JSON.stringify(text)}: expected a whole number, 1 to 128, or auto`,
  );
}

/** Resolves when the process is to stop. Reloads the configuration at each SIGHUP. */
async function reloadUntilStopped(
  running: Pick<RunningGuard, 'reload'>,
  environment: Terminal['environment'],
): Promise<undefined> {
  let isStopping = false;
  process.on('SIGHUP', () => {
    if (!isStopping) void running.reload();
  });
  await stopSignal(environment);
  isStopping = true;
}

function openLog(level: string): { readonly log: GuardDependencies['log']; readonly flush: () => void } {
  if (!LOG_LEVELS.includes(level)) {
    throw usageError(
      `CLAVIGER_LOG_LEVEL: invalid level ${JSON.stringify(level)}: expected ${LOG_LEVELS.join(', ')}`,
    );
  }
  const destination = new LogDestination('buffered');
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return { log, flush: () => destination.flushSync() };
}

/** Connects to the Redis or Valkey of `CLAVIGER_GUARD_REDIS`, if set. @throws CommanderError when it does not answer */
async function openSharedNonces(
  environment: Terminal['environment'],
  log: GuardDependencies['log'],
): Promise<RedisNonces | undefined> {
  const url = environment[REDIS];
  if (url === undefined || url === '') return undefined;
  // The URL may contain a password, so it is not repeated.
  if (!/^rediss?:\/\/./.test(url)) {
    throw usageError(`${REDIS}: invalid URL: expected redis:// or rediss://`);
  }
  const whenUnavailable = environment[NONCES_UNAVAILABLE] || 'refuse';
  if (whenUnavailable !== 'refuse' && whenUnavailable !== 'accept') {
    throw usageError(
      `${NONCES_UNAVAILABLE}: invalid value ${JSON.stringify(whenUnavailable)}: expected refuse or accept`,
    );
  }
  const nonces = new RedisNonces(url, (problem) => log.warn({ problem }, 'nonces'), { whenUnavailable });
  try {
    await nonces.ready();
    return nonces;
  } catch {
    nonces.close();
    throw new CommanderError(1, 'claviger.guard', `${REDIS}: the server does not answer`);
  }
}

function requireVariable(environment: Terminal['environment'], name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw usageError(`${name}: not set: see --help`);
}

function identitySecret(environment: Terminal['environment']): Uint8Array | undefined {
  const text = environment['CLAVIGER_GUARD_IDENTITY_SECRET'];
  if (text === undefined || text === '') return undefined;
  const secret = Buffer.from(text, 'base64');
  if (secret.length >= 32 && /^[A-Za-z0-9+/_-]+=*$/.test(text)) return secret;
  throw usageError('CLAVIGER_GUARD_IDENTITY_SECRET: invalid secret: expected base64 of 32 bytes or more');
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.guard', message);
}
