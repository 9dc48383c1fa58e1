import { printStatus, type Terminal } from '../terminal.ts';

/** Time between two lines, ms. */
const INTERVAL_MS = 2000;

/** Reports the progress of work that takes more than two seconds, to standard error. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #what: string;
  #next = performance.now() + INTERVAL_MS;

  /** @param what is counted, such as `rows read` */
  constructor(terminal: Terminal, what: string) {
    this.#terminal = terminal;
    this.#what = what;
  }

  /** Notes the count; prints it when two seconds have passed since the last line. */
  note(count: number): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    printStatus(this.#terminal, `${this.#what}: ${count}`);
  }
}
