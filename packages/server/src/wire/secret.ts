import { inspect } from 'node:util';

const MASK = '******';

/**
 * Secret value that is in one answer only, of the operation that made it. The wire encoders reveal it; everywhere else
 * (JSON, logs, errors, audit records) it is asterisks.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** Returns the value; for the answer to the caller only. */
  reveal(): string {
    return this.#value;
  }

  toJSON(): string {
    return MASK;
  }

  toString(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
