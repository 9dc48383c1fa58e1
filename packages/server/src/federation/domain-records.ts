import { Resolver } from 'node:dns/promises';
import type { ReadTxtRecords } from '../context/services.ts';

/** The DNS gives no answer, which says nothing about a record. */
export class DnsUnavailable extends Error {
  /** Such as `ETIMEOUT`, `ESERVFAIL`. */
  readonly reason: string;

  constructor(reason: string) {
    super(`the DNS does not answer: ${reason}`);
    this.name = 'DnsUnavailable';
    this.reason = reason;
  }
}

/** How long one server is waited for, and how often it is asked: 6 s for one server, at most. */
const patience = { timeout: 2_000, tries: 2 } as const;

/** More is no record of ours, and not worth being read. */
const longestRecord = 1_024;

/** The answers that a name, or a TXT record of it, does not exist. */
const absent: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Returns how TXT records are read.
 * @param servers addresses of DNS servers, with a port if it is not 53 (`127.0.0.1:5300`); none: the system's
 * @throws TypeError when one is not an address
 */
export function dnsTxtRecords(servers: readonly string[]): ReadTxtRecords {
  // One resolver for each question: its settings are read when it is made, and a change of the system's is seen.
  const resolver = () => {
    const made = new Resolver(patience);
    if (servers.length > 0) made.setServers(servers);
    return made;
  };
  resolver();
  return async (name) => {
    try {
      const records = await resolver().resolveTxt(name);
      return records.map((parts) => parts.join('')).filter(({ length }) => length <= longestRecord);
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code ?? 'EUNKNOWN');
      if (absent.has(code)) return [];
      throw new DnsUnavailable(code);
    }
  };
}
