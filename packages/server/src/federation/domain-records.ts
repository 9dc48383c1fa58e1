import { Resolver } from 'node:dns/promises';
import type { ReadTxtRecords } from '../context/services.ts';

/** Error: the DNS did not answer, which says nothing about a record. */
export class DnsUnavailable extends Error {
  /** Such as `ETIMEOUT`, `ESERVFAIL`. */
  readonly reason: string;

  constructor(reason: string) {
    super(`DNS does not answer: ${reason}`);
    this.name = 'DnsUnavailable';
    this.reason = reason;
  }
}

/** Timeout for one server in ms, and tries: at most 6 s for one server. */
const RESOLVER_OPTIONS = { timeout: 2_000, tries: 2 } as const;

/** Longer records cannot be ours and are ignored. */
const MAX_RECORD_LENGTH = 1_024;

/** Error codes of a name, or a TXT record, that does not exist. */
const ABSENT_CODES: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Creates a function that reads TXT records.
 * @param servers addresses of DNS servers, with a port if it is not 53 (`127.0.0.1:5300`); empty: the system's
 * @throws TypeError if an entry is not an address
 */
export function createTxtRecordReader(servers: readonly string[]): ReadTxtRecords {
  // One resolver for each query: it reads the system's settings when it is created, so changes of them take effect.
  const resolver = () => {
    const created = new Resolver(RESOLVER_OPTIONS);
    if (servers.length > 0) created.setServers(servers);
    return created;
  };
  resolver();
  return async (name) => {
    try {
      const records = await resolver().resolveTxt(name);
      return records.map((parts) => parts.join('')).filter(({ length }) => length <= MAX_RECORD_LENGTH);
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code ?? 'EUNKNOWN');
      if (ABSENT_CODES.has(code)) return [];
      throw new DnsUnavailable(code);
    }
  };
}
