import { openSnapshotSource, openUsageReports, type SnapshotState } from '@claviger/guard';
import {
  GatewayConfigurationError,
  type OpenSource,
  type SourceSettings,
  type Surroundings,
} from '@claviger/guard/gateway';
import { type Command, CommanderError, Option } from 'commander';
import { pino } from 'pino';
import { type Terminal, tell } from './terminal.ts';

/** The flags of commands that guard services. */
export interface GuardFlags {
  readonly config: string;
  readonly check?: boolean;
  readonly logLevel?: string;
}

/** Said in the help of both. */
export const WHERE_SECRETS_COME_FROM = `
Secrets are taken from the environment only:
  CLAVIGER_GUARD_ACCESS_KEY_ID, CLAVIGER_GUARD_ACCESS_KEY_SECRET
      an AccessKey whose policy allows claviger:ReplicateCredentials and claviger:ReportAccessKeyUsage
  CLAVIGER_GUARD_IDENTITY_SECRET
      what the keys of identity tokens come from, base64 of 32 bytes or more; the same for all that guard one service.
      Without it each process has keys of its own.`;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
/** How long a log line may wait to be written, in milliseconds. */
const FLUSH_MS = 1000;
/** Just below what one write of the log takes. */
const FLUSH_BYTES = 16_000;
/** What is under way when the process is stopped has so long, in milliseconds. */
const GRACE_MS = 10_000;

/** Adds `--config`, `--check` and `--log-level`. */
export function addGuardFlags(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'the configuration, YAML or JSON')
    .option('--check', 'read the configuration and every file it names, say what is wrong, and start nothing')
    .addOption(
      new Option(
        '--log-level <level>',
        'least level that is logged, to standard error (CLAVIGER_LOG_LEVEL, default info)',
      ).choices(LOG_LEVELS),
    );
}

/** Tells of a wrong configuration as of a wrong command line. */
export async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof GatewayConfigurationError)) throw error;
    throw new CommanderError(2, 'claviger.configuration', error.message);
  }
}

/**
 * What a guard is given from outside: the control plane by way of the network, a log, a clock.
 * @throws CommanderError when the environment lacks something
 */
export function guardSurroundings(
  terminal: Terminal,
  flags: GuardFlags,
): { readonly surroundings: Surroundings; readonly flush: () => void } {
  const { environment } = terminal;
  const accessKeyId = needed(environment, 'CLAVIGER_GUARD_ACCESS_KEY_ID');
  const accessKeySecret = needed(environment, 'CLAVIGER_GUARD_ACCESS_KEY_SECRET');
  const level = flags.logLevel ?? environment['CLAVIGER_LOG_LEVEL'] ?? 'info';
  if (!LOG_LEVELS.includes(level)) {
    throw new CommanderError(
      2,
      'claviger.guard',
      `CLAVIGER_LOG_LEVEL: \`${level}\` is none of ${LOG_LEVELS.join(', ')}`,
    );
  }
  const destination = pino.destination({
    dest: 2,
    sync: false,
    minLength: FLUSH_BYTES,
    periodicFlush: FLUSH_MS,
  });
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const surroundings: Surroundings = {
    openSource: (settings, ca) => openSource(settings, ca, { accessKeyId, accessKeySecret }, log),
    now: Date.now,
    log,
    identitySecret: identitySecret(environment),
  };
  return { surroundings, flush: () => destination.flushSync() };
}

/** Runs until SIGTERM or SIGINT, and takes the configuration again at each SIGHUP. */
export async function runUntilStopped(
  terminal: Terminal,
  running: { reload(): Promise<unknown>; close(graceMs: number): Promise<void> },
): Promise<void> {
  const reload = () => void running.reload();
  process.on('SIGHUP', reload);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  process.off('SIGHUP', reload);
  tell(terminal, 'Stopping: finishing what is under way.');
  await running.close(GRACE_MS);
}

function openSource(
  settings: SourceSettings,
  ca: string | undefined,
  key: { readonly accessKeyId: string; readonly accessKeySecret: string },
  log: Surroundings['log'],
): OpenSource {
  const { server, guardName, maxStalenessMs } = settings;
  const controlPlane = {
    server,
    guardName,
    ...key,
    allowPlainHttpOnLoopback: true,
    ...(ca === undefined ? {} : { ca }),
  };
  const source = openSnapshotSource({ ...controlPlane, maxStalenessMs, onChange: logChanges(log) });
  const reports = openUsageReports({ ...controlPlane, log: (message) => log.warn({}, message) });
  source.ready().catch((error: Error) => {
    log.error({ reason: error.message }, 'every request is refused until there are credentials');
  });
  return {
    source,
    isReady: () => source.state.phase === 'current' || source.state.phase === 'away',
    ageMs: () => source.state.age,
    onUse: reports.note,
    async close() {
      await reports.close();
      await source.close();
    },
  };
}

/** Logs how the copy of credentials stands, whenever that becomes another. */
function logChanges(log: Surroundings['log']): (state: SnapshotState) => void {
  let last = '';
  return ({ phase, accountId, accessKeys, problem }) => {
    const now = `${phase} ${problem}`;
    if (now === last) return;
    last = now;
    if (phase === 'current') log.info({ accountId, accessKeys }, 'credentials are up to date');
    else log.warn({ phase, problem }, 'credentials are not kept up to date');
  };
}

function needed(environment: Terminal['environment'], name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new CommanderError(2, 'claviger.guard', `${name}: it is not set; see --help`);
}

function identitySecret(environment: Terminal['environment']): Uint8Array | undefined {
  const text = environment['CLAVIGER_GUARD_IDENTITY_SECRET'];
  if (text === undefined || text === '') return undefined;
  const secret = Buffer.from(text, 'base64');
  if (secret.length >= 32 && /^[A-Za-z0-9+/_-]+=*$/.test(text)) return secret;
  throw new CommanderError(
    2,
    'claviger.guard',
    'CLAVIGER_GUARD_IDENTITY_SECRET: it is no base64 of 32 bytes or more',
  );
}
