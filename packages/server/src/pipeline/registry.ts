import { Refusal } from '../errors/refusal.ts';
import { nearestName } from '../wire/nearest-name.ts';
import type { Product } from '../wire/product.ts';
import type { AnyOperation } from './operation.ts';

/** Product of each version. No two products share one, so routing needs no host name. */
const PRODUCT_OF_VERSION: ReadonlyMap<string, Product> = new Map([
  ['2019-08-15', 'Ims'],
  ['2015-05-01', 'Ram'],
  ['2015-04-01', 'Sts'],
  ['2020-07-06', 'Actiontrail'],
  ['2017-12-04', 'Actiontrail'],
  ['2026-11-24', 'Claviger'],
]);

/** Form of an operation's name. Others are not compared, which would take time that grows with their length. */
const ACTION_NAME = /^[A-Za-z]{1,64}$/;

/** Registry of all operations: the single source for routing, description, coverage and audit. */
export class Registry {
  readonly #operations: readonly AnyOperation[];
  readonly #byVersion = new Map<string, Map<string, AnyOperation>>();
  readonly #notBuilt: ReadonlySet<string>;

  /**
   * @param operations declared operations; two of the same version and name are a bug and throw
   * @param described `version name` of every operation of RAM, to tell one that is not implemented from one that does
   * not exist
   */
  constructor(operations: readonly AnyOperation[], described: Iterable<string> = []) {
    for (const operation of operations) {
      const { version, name } = operation;
      const ofVersion = this.#byVersion.get(version) ?? new Map<string, AnyOperation>();
      if (ofVersion.has(name)) throw new Error(`operation declared twice: ${version} ${name}`);
      this.#byVersion.set(version, ofVersion.set(name, operation));
    }
    this.#operations = operations;
    this.#notBuilt = new Set(described);
  }

  /**
   * Returns a declared operation.
   * @param version such as `2019-08-15`
   * @param name such as `CreateAccessKey`; case-sensitive
   * @throws Refusal InvalidVersion, InvalidAction.NotFound, InvalidAction.NotBuilt
   */
  find(version: string, name: string): AnyOperation {
    const found = this.#byVersion.get(version)?.get(name);
    if (found !== undefined) return found;
    const product = this.productOf(version);
    if (product === undefined) throw new Refusal('InvalidVersion');
    if (this.#notBuilt.has(`${version} ${name}`)) {
      throw new Refusal('InvalidAction.NotBuilt', { action: name, product, version });
    }
    throw new Refusal('InvalidAction.NotFound');
  }

  /**
   * Returns the operation whose name is nearest to a mistyped one; `undefined` if none is near, or the name exists.
   * @param version of the product
   */
  suggestionFor(version: string, name: string): string | undefined {
    const known = this.#byVersion.get(version);
    if (known === undefined || known.has(name) || !ACTION_NAME.test(name)) return undefined;
    return nearestName(name, [...known.keys()]);
  }

  /** Returns the product of a version; `undefined` if unknown. */
  productOf(version: string): Product | undefined {
    return PRODUCT_OF_VERSION.get(version);
  }

  /** Returns every declared operation. */
  all(): Iterable<AnyOperation> {
    return this.#operations;
  }
}
