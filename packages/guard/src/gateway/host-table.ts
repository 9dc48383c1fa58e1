/** Table by host; hosts are compared without letter case and port. */
export class HostTable<Entry> {
  readonly #byHost = new Map<string, Entry>();
  readonly #others: Entry | undefined;

  /** @param entries with their hosts in lower case; an entry without hosts matches all others */
  constructor(entries: readonly { readonly hosts: readonly string[]; readonly entry: Entry }[]) {
    for (const { hosts, entry } of entries) for (const host of hosts) this.#byHost.set(host, entry);
    this.#others = entries.find(({ hosts }) => hosts.length === 0)?.entry;
  }

  /** Returns the entry of a host. @param host value of a `Host` header */
  find(host: string): Entry | undefined {
    if (this.#byHost.size === 0) return this.#others;
    return this.#byHost.get(host.toLowerCase().replace(/:\d*$/, '')) ?? this.#others;
  }

  /** All entries. */
  *entries(): Iterable<Entry> {
    yield* new Set(this.#byHost.values());
    if (this.#others !== undefined) yield this.#others;
  }
}
