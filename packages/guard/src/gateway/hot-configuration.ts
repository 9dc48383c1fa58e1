import { type ConfigurationFiles, type LoadedConfiguration, warningsOf } from './load-configuration.ts';
import { GatewayConfigurationError } from './settings-section.ts';
import { WatchedFiles } from './watched-files.ts';

/** Where a process tells what it does; pino's loggers are of this kind. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What became of an attempt to take a new configuration. */
export type ReloadOutcome = 'taken' | 'refused' | 'unchanged';

export interface HotConfigurationOptions<Loaded> {
  /** Reads the file and all that it names. @throws GatewayConfigurationError */
  readonly load: () => Promise<Loaded>;
  /** What cannot be changed while the process runs, by the names it has in the file. */
  readonly fixed: (loaded: Loaded) => Readonly<Record<string, unknown>>;
  /** Makes it count, from one request to the next. Throws before it has changed anything, or not at all. */
  readonly take: (loaded: Loaded) => void;
  readonly log: Log;
  readonly onOutcome: (outcome: ReloadOutcome) => void;
}

/**
 * A configuration that can be changed while it is in use. A new one counts as a whole or not at all: one with a
 * fault is told of, and the old one goes on.
 */
export class HotConfiguration<Loaded extends LoadedConfiguration> {
  readonly #options: HotConfigurationOptions<Loaded>;
  readonly #watched: WatchedFiles;
  #current: Loaded;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param first which is in force already */
  constructor(first: Loaded, options: HotConfigurationOptions<Loaded>) {
    this.#options = options;
    this.#current = first;
    this.#tellWarnings();
    this.#watched = new WatchedFiles(
      () => void this.reload(),
      (problem) => options.log.warn({ problem }, 'changes of the configuration count on SIGHUP only'),
    );
  }

  /** Takes every change of the files as it happens. */
  watch(): void {
    this.#watched.watch(this.#current.files.texts);
  }

  close(): void {
    this.#watched.close();
  }

  /** Reads the files again, one reading at a time. */
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
        log.info({}, 'the configuration is as it was');
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
        log.info({}, 'the new configuration counts from now on');
        this.#tellWarnings();
      }
    } catch (error) {
      outcome = 'refused';
      const told = error instanceof GatewayConfigurationError ? { reason: error.message } : { err: error };
      log.error(told, 'the new configuration is refused, and the old one goes on');
    }
    onOutcome(outcome);
    return outcome;
  }

  #tellWarnings(): void {
    for (const warning of warningsOf(this.#current)) {
      this.#options.log.warn({ warning }, 'the configuration may mean something else than it seems to');
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
