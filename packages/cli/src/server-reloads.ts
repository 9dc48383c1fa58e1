import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { WatchedFiles } from '@claviger/guard/gateway';
import type { Claviger, Configuration } from '@claviger/server';
import type { Logger } from 'pino';

/** Reloads certificate and configuration of a running server, at SIGHUP and when their files change. */
export class ServerReloads {
  readonly #claviger: Pick<Claviger, 'reload'>;
  readonly #logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly #read: () => Configuration;
  readonly #configurationFile: () => string | undefined;
  readonly #watched: WatchedFiles;
  #turn: Promise<void> = Promise.resolve();
  #certificateFiles: readonly string[] = [];

  /**
   * @param read reads flags, variables and the configuration file again
   * @param configurationFile path of the configuration file
   */
  constructor(
    claviger: Pick<Claviger, 'reload'>,
    logger: Pick<Logger, 'info' | 'warn' | 'error'>,
    read: () => Configuration,
    configurationFile: () => string | undefined,
  ) {
    this.#claviger = claviger;
    this.#logger = logger;
    this.#read = read;
    this.#configurationFile = configurationFile;
    this.#watched = new WatchedFiles(
      () => void this.reload(),
      (problem) => logger.warn({ problem }, 'cannot watch the configuration: reload it by SIGHUP'),
    );
  }

  /** Watches the configuration file, the certificate and its key. */
  watch(): void {
    const texts = new Map<string, string>();
    for (const file of this.#files()) {
      try {
        texts.set(file, readFileSync(file, 'utf8'));
      } catch {
        // The reload has logged that; a file that appears is a change.
        texts.set(file, '');
      }
    }
    this.#watched.watch(texts);
  }

  #files(): readonly string[] {
    try {
      const { tlsCert, tlsKey } = this.#read();
      this.#certificateFiles = [tlsCert, tlsKey].filter((file) => file !== undefined);
    } catch {
      // While the configuration is invalid, the files of the one in force are watched.
    }
    const configuration = this.#configurationFile();
    const files = configuration === undefined ? [] : [configuration];
    return [...files, ...this.#certificateFiles].map((file) => resolve(file));
  }

  /** Reloads, one reload at a time; what cannot be used is logged, and what is in force stays. */
  reload(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#reload());
    return this.#turn;
  }

  close(): void {
    this.#watched.close();
  }

  async #reload(): Promise<void> {
    try {
      const changed = await this.#claviger.reload(this.#read());
      this.#logger.info({ changed }, 'certificate and configuration reloaded');
    } catch (error) {
      this.#logger.error(
        { problem: (error as Error).message },
        'certificate and configuration not reloaded: those in use stay',
      );
    }
    this.watch();
  }
}
