/** What belongs to a host: hosts are compared without regard to case, and without the port. */
export class HostTable<Entry> {
  readonly #byHost = new Map<string, Entry>();
  readonly #others: Entry | undefined;

  /** @param entries with their hosts, in lower case; the one without hosts has all that no other has */
  constructor(entries: readonly { readonly hosts: readonly string[]; readonly entry: Entry }[]) {
    for (const { hosts, entry } of entries) for (const host of hosts) this.#byHost.set(host, entry);
    this.#others = entries.find(({ hosts }) => hosts.length === 0)?.entry;
  }

  /** @param host as a `Host` header has it */
  find(host: string): Entry | undefined {
    if (this.#byHost.size === 0) return this.#others;
    return this.#byHost.get(host.toLowerCase().replace(/:\d*$/, '')) ?? this.#others;
  }

  /** All that there are. */
  *entries(): Iterable<Entry> {
    yield* new Set(this.#byHost.values());
    if (this.#others !== undefined) yield this.#others;
  }
}
