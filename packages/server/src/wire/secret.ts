import { inspect } from 'node:util';

const MASK = '******';

/**
 * A value that is answered once, by the operation that made it. The wire encoders reveal it; whatever else
 * writes it down (JSON, a log, an error, the audit record) gets asterisks.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; for the answer to the caller and nothing else. */
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
