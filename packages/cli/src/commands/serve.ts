import { currentOperator, initialise, isInstalled, requireNamedHosts, startClaviger } from '@claviger/server';
import { type Command, CommanderError } from 'commander';
import { pino } from 'pino';
import { noInstallation } from '../services.ts';
import { addSettings, configurationOf } from '../settings.ts';
import { bold, print, type Terminal, tell } from '../terminal.ts';
import { printInstallation } from './init.ts';

/** `claviger serve`: the API until SIGTERM or SIGINT. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command('serve')
    .summary('serve the API')
    .description(
      'Serves IMS, RAM and STS, and the console, on one port, until SIGTERM or SIGINT: then it finishes what is under way and exits. ' +
        'It is ready when GET /healthz answers 200. Secrets are taken from the environment only: ' +
        'CLAVIGER_MASTER_KEY, CLAVIGER_VAULT_TOKEN.',
    )
    .option('--init', 'make an installation first when there is none')
    .addHelpText(
      'after',
      '\nExample:\n  npx claviger serve --data ./data --host 127.0.0.1 --port 8080\n\n' +
        'Then, with the official command-line tool:\n' +
        '  aliyun sts GetCallerIdentity --endpoint 127.0.0.1:8080 --insecure --region cn-hangzhou',
    );
  addSettings(command).action(async (options: { init?: boolean }) => {
    const configuration = configurationOf(terminal, options);
    requireNamedHosts(configuration);
    const logger = pino({ level: configuration.logLevel }, pino.destination({ dest: 2, sync: true }));
    const dependencies = { now: Date.now, log: (message: string) => logger.warn(message) };
    if (!(await isInstalled(configuration, dependencies))) {
      if (!options.init) throw noInstallation(configuration);
      printInstallation(
        terminal,
        await initialise(configuration, dependencies, currentOperator(terminal.environment)),
      );
    }
    // Listened for before anybody can know that we are there.
    const stopped = stopSignal();
    const claviger = await startClaviger(configuration, logger).catch(tellOfAddressInUse);
    print(terminal, `Claviger serves IMS, RAM and STS at ${bold(terminal, claviger.url)}`);
    if (claviger.consoleUrl !== undefined) {
      print(terminal, `The console is at ${bold(terminal, claviger.consoleUrl)}`);
    }
    if (claviger.adminUrl !== undefined) {
      print(terminal, `The admin listener is at ${bold(terminal, claviger.adminUrl)}`);
    }
    await stopped;
    tell(terminal, 'Stopping: finishing what is under way.');
    await claviger.close();
  });
}

/** What the system says of an address that is taken, with what to do about it. */
function tellOfAddressInUse(error: NodeJS.ErrnoException & { address?: string; port?: number }): never {
  if (error.code !== 'EADDRINUSE') throw error;
  throw new CommanderError(
    1,
    'claviger.serve',
    `${error.address}:${error.port} is in use: stop what listens there, or choose another with --port`,
  );
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process as it would without us. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
