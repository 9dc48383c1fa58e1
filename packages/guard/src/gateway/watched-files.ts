import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Time to wait after a change, in milliseconds: files are rarely written at once. */
const SETTLE_MS = 100;

/**
 * Detects changed contents of files. Their directories are watched, so that a file that is replaced, as
 * editors and orchestrators do, is detected as well.
 */
export class WatchedFiles {
  readonly #onChange: () => void;
  readonly #onProblem: (problem: string) => void;
  #texts: ReadonlyMap<string, string> = new Map();
  #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param onProblem called with the reason if a directory cannot be watched */
  constructor(onChange: () => void, onProblem: (problem: string) => void) {
    this.#onChange = onChange;
    this.#onProblem = onProblem;
  }

  /** Watches these files from now on, and no others. @param texts contents by path, as read */
  watch(texts: ReadonlyMap<string, string>): void {
    this.close();
    this.#texts = texts;
    for (const directory of new Set([...texts.keys()].map((file) => dirname(file)))) {
      try {
        const watcher = watch(directory, { persistent: false }, () => this.#look());
        // A removed directory is noticed when its files are read again.
        watcher.on('error', () => this.#look());
        this.#watchers.push(watcher);
      } catch (error) {
        this.#onProblem(error instanceof Error ? error.message : String(error));
      }
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #look(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#hasChanged().then((changed) => changed && this.#onChange());
    }, SETTLE_MS).unref();
  }

  async #hasChanged(): Promise<boolean> {
    for (const [file, text] of this.#texts) {
      try {
        if ((await readFile(file, 'utf8')) !== text) return true;
      } catch {
        return true;
      }
    }
    return false;
  }
}
