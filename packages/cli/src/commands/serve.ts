import {
  assertHostsConfigured,
  type Configuration,
  currentOperator,
  initialise,
  isInstalled,
  LIMIT_DEFINITIONS,
  listAccounts,
  startClaviger,
} from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { type Logger, pino } from 'pino';
import { missingInstallation } from '../installation.ts';

import { assertAddressesFree, type ListeningAddress } from '../listening-address.ts';
import { LogDestination } from '../log-destination.ts';

import { addServerFlags, configurationFileOf, configurationOf } from '../server-flags.ts';
import { ServerReloads } from '../server-reloads.ts';
import { stopSignal } from '../stop-signal.ts';
import { bold, print, printStatus, type Terminal } from '../terminal.ts';
import { loadTracing, startTracing, TRACING_HELP } from '../tracing.ts';
import { withLoggedRejections } from '../unhandled-rejections.ts';
import { runServerWorker, type ServedByWorkers, startServerWorkers } from '../workers/serve-workers.ts';
import { workerCount } from '../workers/worker-count.ts';
import { workerNumber } from '../workers/worker-variable.ts';
import { printInstallation } from './init.ts';

/** Adds `claviger serve`, which runs the server until SIGTERM or SIGINT. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .summary('run the server')
    .description(
      'Serves IMS, RAM, STS and the console on one port until SIGTERM or SIGINT, then waits for pending requests and exits. ' +
        'SIGHUP, and a change of the files, reload the TLS certificate and the configuration file. ' +
        'With --workers, SIGUSR2 replaces the workers one after another, without a refused request. ' +
        'It is ready when GET /healthz returns 200. Secrets are read from the environment only: ' +
        'CLAVIGER_MASTER_KEY, CLAVIGER_VAULT_TOKEN, CLAVIGER_AUDIT_WEBHOOK_SECRET, ' +
        'CLAVIGER_AUDIT_S3_ACCESS_KEY_ID, CLAVIGER_AUDIT_S3_SECRET_ACCESS_KEY.',
    )
    .option('--init', 'create an installation if there is none')
    .addHelpText(
      'after',
      '\nExamples:\n  npx claviger serve --data ./data --host 127.0.0.1 --port 8080\n' +
        '  npx claviger serve --data ./data --workers auto\n\n' +
        'Then, with the official command-line tool:\n' +
        '  aliyun sts GetCallerIdentity --endpoint 127.0.0.1:8080 --insecure --region cn-hangzhou',
    );
  command.addHelpText('after', `\n${TRACING_HELP}`);
  command.addHelpText('after', `\nLimits for --limits, with default and maximum:\n${limitLines()}`);
  addServerFlags(command).action(async (options: Readonly<Record<string, unknown>>) => {
    if (workerNumber(terminal.environment) !== undefined) await runServerWorker(openWorkerLogs, startError);
    const configuration = configurationOf(terminal, options);
    assertHostsConfigured(configuration);
    // Before an installation is made: its secrets are printed once, and an error after them would hide them.
    await assertAddressesFree(listeningAddresses(configuration));
    await loadTracing(terminal.environment);
    const logger = pino({ level: configuration.logLevel }, new LogDestination('at once'));
    const dependencies = { now: Date.now, log: (message: string) => logger.warn(message) };
    const isNew = !(await isInstalled(configuration, dependencies));
    if (isNew) {
      if (options['init'] !== true) throw missingInstallation(configuration);
      printInstallation(
        terminal,
        await initialise(configuration, dependencies, currentOperator(terminal.environment)),
      );
    }
    await withLoggedRejections(
      (error) => logger.error({ err: error }, 'unexpected error in background work: please report it'),
      () => serveUntilStopped(terminal, configuration, options, logger, isNew),
    );
  });

  /** Opens the logs and traces of a worker. */
  async function openWorkerLogs(configuration: Configuration) {
    const logger = pino({ level: configuration.logLevel }, new LogDestination('at once'));
    const { requests, finish } = await openRequestLogs(terminal, configuration, logger);
    process.on('unhandledRejection', (error) =>
      logger.error({ err: error }, 'unexpected error in background work: please report it'),
    );
    return { logger, requests, finish };
  }
}

/** Server in this process, or in several. */
type RunningServer = Omit<ServedByWorkers, 'restart'> & Partial<Pick<ServedByWorkers, 'restart'>>;

async function startServer(
  terminal: Terminal,
  configuration: Configuration,
  logger: Logger,
): Promise<RunningServer> {
  if (workerCount(configuration.workers) > 1) return startServerWorkers(configuration, logger);
  const { requests, finish } = await openRequestLogs(terminal, configuration, logger);
  const claviger = await startClaviger(configuration, logger, Date.now, undefined, requests).catch(
    async (error: unknown) => {
      await finish();
      throw startError(error);
    },
  );
  const { url, adminUrl, consoleUrl, certificateFile } = claviger;
  return {
    url,
    adminUrl,
    consoleUrl,
    certificateFile,
    accounts: await listAccounts(claviger.services),
    reload: (next) => claviger.reload(next),
    async close() {
      try {
        await claviger.close();
      } finally {
        await finish();
      }
    },
  };
}

/** Opens the log of requests and the traces. @returns the log, and what writes the rest of both */
async function openRequestLogs(
  { environment }: Pick<Terminal, 'environment'>,
  { logLevel }: Configuration,
  logger: Logger,
): Promise<{ readonly requests: Logger; readonly finish: () => Promise<void> }> {
  const requests = openRequestLog(logLevel);
  const stopTracing = await startTracing(environment, (problem) => logger.warn({ problem }, 'traces'));
  return {
    requests: requests.logger,
    finish: async () => {
      try {
        await stopTracing();
      } finally {
        requests.flush();
      }
    },
  };
}

async function serveUntilStopped(
  terminal: Terminal,
  configuration: Configuration,
  options: Readonly<Record<string, unknown>>,
  logger: Logger,
  isNew: boolean,
): Promise<void> {
  // Registered before the server listens: a signal may follow its first response.
  const stopped = stopSignal(terminal.environment);
  const server = await startServer(terminal, configuration, logger);
  print(terminal, `Claviger serves IMS, RAM and STS at ${bold(terminal, server.url)}`);
  if (server.consoleUrl !== undefined) {
    print(terminal, `The console is at ${bold(terminal, server.consoleUrl)}`);
  }
  if (server.adminUrl !== undefined) {
    print(terminal, `The admin listener is at ${bold(terminal, server.adminUrl)}`);
  }
  printInstallationFacts(terminal, configuration, server, isNew);
  const read = () => configurationOf(terminal, options);
  // Takes the place of Node's default, which ends the process.
  const reloads = new ServerReloads(server, logger, read, () => configurationFileOf(terminal, options));
  process.on('SIGHUP', () => void reloads.reload());
  const { restart } = server;
  if (restart !== undefined) {
    process.on('SIGUSR2', () => {
      replaceWorkers(() => restart(read()), logger);
    });
  }
  reloads.watch();
  await stopped;
  reloads.close();
  printStatus(terminal, 'Stopping: waiting for pending requests.');
  await server.close();
}

function replaceWorkers(restart: () => Promise<void>, logger: Logger): void {
  // A configuration that is invalid is found before the first of them.
  Promise.resolve()
    .then(restart)
    .then(
      () => logger.info('all workers are replaced'),
      (error: Error) =>
        logger.error({ problem: error.message }, 'the workers are not replaced: those that run stay'),
    );
}

/** Addresses that the server will listen on. */
function listeningAddresses({
  host,
  port,
  adminHost,
  adminPort,
}: Configuration): readonly ListeningAddress[] {
  const own = { host, port, flag: '--port' };
  return adminPort === undefined ? [own] : [own, { host: adminHost, port: adminPort, flag: '--admin-port' }];
}

/** Prints what is needed to come back to an installation: certificate, data, and, unless it is new, the sign-in name. */
function printInstallationFacts(
  terminal: Terminal,
  configuration: Configuration,
  { accounts, certificateFile }: Pick<RunningServer, 'accounts' | 'certificateFile'>,
  isNew: boolean,
): void {
  const { data, database } = configuration;
  if (certificateFile !== undefined) {
    print(terminal, `Clients have to trust its certificate: ${bold(terminal, certificateFile)}`);
  }
  print(
    terminal,
    `Its data is in ${bold(terminal, data)}${database === undefined ? '' : ' and in PostgreSQL'}`,
  );
  if (isNew) return;
  const [first] = accounts;
  if (first === undefined) return;
  const roots =
    accounts.length === 1
      ? `Sign in to the console as ${bold(terminal, `root@${first.defaultDomain}`)}`
      : `It has ${accounts.length} accounts, see \`claviger account list\``;
  print(terminal, `${roots}. Lost the password? \`claviger root-password reset\` with the same --data.`);
}

/** A line for each limit that an operator can set. */
function limitLines(): string {
  const rows = Object.entries(LIMIT_DEFINITIONS);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows
    .map(
      ([name, { byDefault, most, counts }]) =>
        `  ${name.padEnd(width)} ${String(byDefault).padStart(5)} ${String(most).padStart(9)}  ${counts}`,
    )
    .join('\n');
}

/** Opens the log of requests. */
function openRequestLog(level: string): { readonly logger: Logger; readonly flush: () => void } {
  const destination = new LogDestination('buffered');
  return { logger: pino({ level }, destination), flush: () => destination.flushSync() };
}

/** Returns the error of a failed start; that of an address in use names it and `--port`. */
function startError(error: unknown): Error {
  const failure = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  if (failure.code !== 'EADDRINUSE') return failure;
  return new CommanderError(
    1,
    'claviger.serve',
    `${failure.address}:${failure.port} is in use: stop the process that listens there, or choose another port with --port`,
  );
}
