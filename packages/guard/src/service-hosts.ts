/**
 * Host names of a service. A key may be valid for several services, and the operator of one could forward
 * what was signed for it to another: where the host is signed (ACS3, ACS4) this check refuses it.
 */
export class ServiceHosts {
  readonly #names: ReadonlySet<string>;

  /**
   * @param names `orders.example.com` for every port, `orders.example.com:8443` for one
   * @throws RangeError that names the invalid entry
   */
  constructor(names: readonly string[]) {
    for (const name of names) {
      if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(name)) {
        throw new RangeError(
          `invalid hosts entry \`${name}\`: expected a host name or address, with a port if it matters`,
        );
      }
    }
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /**
   * Whether a host is one of the service's. @param host value of the request's header; undefined if absent
   */
  has(host: string | undefined): boolean {
    if (host === undefined) return false;
    const lower = host.trim().toLowerCase();
    if (this.#names.has(lower)) return true;
    const colon = lower.lastIndexOf(':');
    return colon > lower.lastIndexOf(']') && this.#names.has(lower.slice(0, colon));
  }
}
