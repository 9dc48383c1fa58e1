import { type ConfigurationFiles, type LoadedConfiguration, warningsOf } from './load-configuration.ts';
import { GatewayConfigurationError } from './settings-section.ts';
import { WatchedFiles } from './watched-files.ts';

/** Log of a process; pino's loggers implement it. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Result of a reload. */
export type ReloadOutcome = 'taken' | 'refused' | 'unchanged';

export interface HotConfigurationOptions<Loaded> {
  /** Reads the file and all files that it names. @throws GatewayConfigurationError */
  readonly load: () => Promise<Loaded>;
  /** Returns the settings that cannot change while the process runs, by their names in the file. */
  readonly fixed: (loaded: Loaded) => Readonly<Record<string, unknown>>;
  /** Applies the configuration between two requests. If it throws, nothing has changed. */
  readonly take: (loaded: Loaded) => void;
  readonly log: Log;
  readonly onOutcome: (outcome: ReloadOutcome) => void;
}

/**
 * Configuration that is reloaded while in use, as a whole: an invalid one is logged, and the old one stays in
 * force.
 */
export class HotConfiguration<Loaded extends LoadedConfiguration> {
  readonly #options: HotConfigurationOptions<Loaded>;
  readonly #watched: WatchedFiles;
  #current: Loaded;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param first configuration in force */
  constructor(first: Loaded, options: HotConfigurationOptions<Loaded>) {
    this.#options = options;
    this.#current = first;
    this.#tellWarnings();
    this.#watched = new WatchedFiles(
      () => void this.reload(),
      (problem) => options.log.warn({ problem }, 'cannot watch the configuration: reload it by SIGHUP'),
    );
  }

  /** Watches the files and applies each change. */
  watch(): void {
    this.#watched.watch(this.#current.files.texts);
  }

  close(): void {
    this.#watched.close();
  }

  /** Reloads the files, one reload at a time. */
  reload(): Promise<ReloadOutcome> {
    const outcome = this.#turn.then(() => this.#reload());
    this.#turn = outcome;
    return outcome;
  }

  async #reload(): Promise<ReloadOutcome> {
    const { load, fixed, take, log, onOutcome } = this.#options;
    let outcome: ReloadOutcome = 'taken';
    try {
      const loaded = await load();
      if (sameTexts(loaded, this.#current)) {
        outcome = 'unchanged';
        log.info({}, 'the configuration is unchanged');
      } else {
        const [before, after] = [fixed(this.#current), fixed(loaded)];
        const changed = Object.keys(after).filter((name) => !isSame(before[name], after[name]));
        if (changed.length > 0) {
          const names = changed.map((name) => `\`${name}\``).join(', ');
          throw new GatewayConfigurationError(`a change of ${names} needs a restart`);
        }
        take(loaded);
        this.#current = loaded;
        this.watch();
        log.info({}, 'the new configuration is in force');
        this.#tellWarnings();
      }
    } catch (error) {
      outcome = 'refused';
      const told = error instanceof GatewayConfigurationError ? { reason: error.message } : { err: error };
      log.error(told, 'the new configuration is invalid, the old one stays in force');
    }
    onOutcome(outcome);
    return outcome;
  }

  #tellWarnings(): void {
    for (const warning of warningsOf(this.#current)) {
      this.#options.log.warn({ warning }, 'check the configuration');
    }
  }
}

function sameTexts(
  one: { readonly files: ConfigurationFiles },
  other: { readonly files: ConfigurationFiles },
): boolean {
  const [texts, others] = [one.files.texts, other.files.texts];
  return texts.size === others.size && [...texts].every(([file, text]) => others.get(file) === text);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
