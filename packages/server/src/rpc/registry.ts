import { Refusal } from '../errors/refusal.ts';
import type { Operation, Product } from './operation.ts';

/** Each version belongs to one product, so a request needs no host name to say which it means. */
const productOfVersion: ReadonlyMap<string, Product> = new Map([
  ['2019-08-15', 'Ims'],
  ['2015-05-01', 'Ram'],
  ['2015-04-01', 'Sts'],
  ['2020-07-06', 'Actiontrail'],
]);

/** All operations: the single source for routing, description, coverage and audit. */
export class Registry {
  readonly #operations: ReadonlyMap<string, Operation>;
  readonly #notBuilt: ReadonlySet<string>;

  /**
   * @param operations declared ones; a name twice in one version is a bug and throws
   * @param described `version name` of every operation RAM has, so that what is missing says so
   */
  constructor(operations: readonly Operation[], described: Iterable<string> = []) {
    const byKey = new Map<string, Operation>();
    for (const operation of operations) {
      const key = `${operation.version} ${operation.name}`;
      if (byKey.has(key)) throw new Error(`operation declared twice: ${key}`);
      byKey.set(key, operation);
    }
    this.#operations = byKey;
    this.#notBuilt = new Set([...described].filter((key) => !byKey.has(key)));
  }

  /**
   * @param version such as `2019-08-15`
   * @param name such as `CreateAccessKey`; upper and lower case matter
   * @throws Refusal InvalidVersion, InvalidAction.NotFound, InvalidAction.NotBuilt
   */
  find(version: string, name: string): Operation {
    const product = productOfVersion.get(version);
    if (product === undefined) throw new Refusal('InvalidVersion');
    const key = `${version} ${name}`;
    const found = this.#operations.get(key);
    if (found !== undefined) return found;
    if (this.#notBuilt.has(key))
      throw new Refusal('InvalidAction.NotBuilt', { action: name, product, version });
    throw new Refusal('InvalidAction.NotFound');
  }

  /** Every declared operation. */
  all(): Iterable<Operation> {
    return this.#operations.values();
  }
}
