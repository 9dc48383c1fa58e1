/** Error of an invalid setting, with its key. */
export class ConfigurationError extends Error {
  readonly key: string;
  constructor(key: string, problem: string) {
    super(`${key}: ${problem}`);
    this.name = 'ConfigurationError';
    this.key = key;
  }
}
