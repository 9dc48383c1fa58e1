import {
  assertHostsConfigured,
  type Claviger,
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
import { startTracing, TRACING_HELP } from '../tracing.ts';
import { withLoggedRejections } from '../unhandled-rejections.ts';
import { printInstallation } from './init.ts';

/** Adds `claviger serve`, which runs the server until SIGTERM or SIGINT. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .summary('run the server')
    .description(
      'Serves IMS, RAM, STS and the console on one port until SIGTERM or SIGINT, then waits for pending requests and exits. ' +
        'SIGHUP, and a change of the files, reload the TLS certificate and the configuration file. ' +
        'It is ready when GET /healthz returns 200. Secrets are read from the environment only: ' +
        'CLAVIGER_MASTER_KEY, CLAVIGER_VAULT_TOKEN, CLAVIGER_AUDIT_WEBHOOK_SECRET, ' +
        'CLAVIGER_AUDIT_S3_ACCESS_KEY_ID, CLAVIGER_AUDIT_S3_SECRET_ACCESS_KEY.',
    )
    .option('--init', 'create an installation if there is none')
    .addHelpText(
      'after',
      '\nExample:\n  npx claviger serve --data ./data --host 127.0.0.1 --port 8080\n\n' +
        'Then, with the official command-line tool:\n' +
        '  aliyun sts GetCallerIdentity --endpoint 127.0.0.1:8080 --insecure --region cn-hangzhou',
    );
  command.addHelpText('after', `\n${TRACING_HELP}`);
  command.addHelpText('after', `\nLimits for --limits, with default and maximum:\n${limitLines()}`);
  addServerFlags(command).action(async (options: Readonly<Record<string, unknown>>) => {
    const configuration = configurationOf(terminal, options);
    assertHostsConfigured(configuration);
    // Before an installation is made: its secrets are printed once, and an error after them would hide them.
    await assertAddressesFree(listeningAddresses(configuration));
    const logger = pino({ level: configuration.logLevel }, new LogDestination('at once'));
    const requests = openRequestLog(configuration.logLevel);
    const stopTracing = await startTracing(terminal.environment, (problem) =>
      logger.warn({ problem }, 'traces'),
    );
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
      () => serveUntilStopped(terminal, configuration, options, { logger, requests, stopTracing, isNew }),
    );
  });
}

async function serveUntilStopped(
  terminal: Terminal,
  configuration: Configuration,
  options: Readonly<Record<string, unknown>>,
  {
    logger,
    requests,
    stopTracing,
    isNew,
  }: {
    readonly logger: Logger;
    readonly requests: ReturnType<typeof openRequestLog>;
    readonly stopTracing: () => Promise<void>;
    /** The installation was made at this start. */
    readonly isNew: boolean;
  },
): Promise<void> {
  // Registered before the server listens: a signal may follow its first response.
  const stopped = stopSignal(terminal.environment);
  const claviger = await startClaviger(configuration, logger, Date.now, undefined, requests.logger).catch(
    explainAddressInUse,
  );
  print(terminal, `Claviger serves IMS, RAM and STS at ${bold(terminal, claviger.url)}`);
  if (claviger.consoleUrl !== undefined) {
    print(terminal, `The console is at ${bold(terminal, claviger.consoleUrl)}`);
  }
  if (claviger.adminUrl !== undefined) {
    print(terminal, `The admin listener is at ${bold(terminal, claviger.adminUrl)}`);
  }
  await printInstallationFacts(terminal, configuration, claviger, isNew);
  // Takes the place of Node's default, which ends the process.
  const reloads = new ServerReloads(
    claviger,
    logger,
    () => configurationOf(terminal, options),
    () => configurationFileOf(terminal, options),
  );
  process.on('SIGHUP', () => void reloads.reload());
  reloads.watch();
  await stopped;
  reloads.close();
  printStatus(terminal, 'Stopping: waiting for pending requests.');
  try {
    await claviger.close();
    await stopTracing();
  } finally {
    requests.flush();
  }
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
async function printInstallationFacts(
  terminal: Terminal,
  configuration: Configuration,
  { services, certificateFile }: Claviger,
  isNew: boolean,
): Promise<void> {
  const { data, database } = configuration;
  if (certificateFile !== undefined) {
    print(terminal, `Clients have to trust its certificate: ${bold(terminal, certificateFile)}`);
  }
  print(
    terminal,
    `Its data is in ${bold(terminal, data)}${database === undefined ? '' : ' and in PostgreSQL'}`,
  );
  if (isNew) return;
  const accounts = await listAccounts(services);
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

/** Names the address and `--port` when the address is in use. */
function explainAddressInUse(error: NodeJS.ErrnoException & { address?: string; port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new CommanderError(
    1,
    'claviger.serve',
    `${error.address}:${error.port} is in use: stop the process that listens there, or choose another port with --port`,
  );
}
