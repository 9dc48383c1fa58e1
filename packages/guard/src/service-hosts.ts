/**
 * The names by which a service may be called. A key may be good for several services, and whoever runs one of them
 * could send what was signed for it to another: where the host is signed (ACS3, ACS4) that is noticed here.
 */
export class ServiceHosts {
  readonly #names: ReadonlySet<string>;

  /**
   * @param names `orders.example.com` for every port, `orders.example.com:8443` for one
   * @throws RangeError that names the entry which is no host
   */
  constructor(names: readonly string[]) {
    for (const name of names) {
      if (!/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(name)) {
        throw new RangeError(
          `hosts: \`${name}\` is no host: write a name or an address, and a port if it matters`,
        );
      }
    }
    this.#names = new Set(names.map((name) => name.toLowerCase()));
  }

  /** @param host as the request's header has it; undefined when there is none */
  has(host: string | undefined): boolean {
    if (host === undefined) return false;
    const lower = host.trim().toLowerCase();
    if (this.#names.has(lower)) return true;
    const colon = lower.lastIndexOf(':');
    return colon > lower.lastIndexOf(']') && this.#names.has(lower.slice(0, colon));
  }
}
