import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { AddressFilter } from '../context/services.ts';
import { isFetchable, literalAddress, notAdmitted } from './issuer-url.ts';

/**
 * Fetches a JSON text by GET.
 * @param url `https:`, or `http:` of this machine
 * @param fingerprints of certificates, one of which the server has to show; none: any that is trusted will do
 * @throws DocumentUnavailable
 */
export type FetchDocument = (url: URL, fingerprints: readonly string[]) => Promise<string>;

/** A document of an issuer that cannot be had, or must not be believed. */
export class DocumentUnavailable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'DocumentUnavailable';
  }
}

/** What an answer may cost us: real ones have a few thousand bytes, and come within a second. */
const bounds = { milliseconds: 5_000, bytes: 256 * 1024 } as const;

/** How documents are fetched. */
export interface FetchOptions {
  /** Where they may come from. */
  readonly network: AddressFilter;
  /** PEM of the authorities that are trusted; the system's unless given. */
  readonly authorities?: string;
  /** The addresses of a name; the system's unless given. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
  /** How long a document may take, from the name to its last byte; 5,000 ms unless given. */
  readonly milliseconds?: number;
}

/**
 * How documents are fetched over the network: no redirects, a bounded time and size, and TLS by the system's trusted
 * authorities (`NODE_EXTRA_CA_CERTS` adds to them). A fingerprint narrows that, and never widens it.
 *
 * A name is resolved once for each connection, and the connection goes to an address that was judged then: a name
 * that leads elsewhere the next time leads nowhere else.
 */
export function networkDocuments(options: FetchOptions): FetchDocument {
  return async (url, fingerprints) => {
    if (!isFetchable(url)) throw new DocumentUnavailable('it does not begin with https://');
    const address = literalAddress(url);
    if (address !== undefined && !options.network.admits(address)) throw new DocumentUnavailable(notAdmitted);
    const signal = AbortSignal.timeout(options.milliseconds ?? bounds.milliseconds);
    try {
      const answer = await get(url, signal, options);
      if (url.protocol === 'https:' && !shows(answer.socket as TLSSocket, fingerprints)) {
        answer.destroy();
        throw new DocumentUnavailable('its certificate has none of the fingerprints');
      }
      return await read(answer);
    } catch (error) {
      if (error instanceof DocumentUnavailable) throw error;
      throw new DocumentUnavailable(signal.aborted ? 'it takes too long' : 'it cannot be reached');
    }
  };
}

function get(url: URL, signal: AbortSignal, options: FetchOptions): Promise<IncomingMessage> {
  const { authorities } = options;
  const lookup = lookupWithin(options);
  return new Promise((resolve, reject) => {
    // A connection of its own: one that is used again, or a session that is resumed, shows no certificates.
    const common = { signal, agent: false, lookup, headers: { accept: 'application/json' } } as const;
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...common, ...(authorities === undefined ? {} : { ca: authorities }) }, resolve)
        : httpRequest(url, common, resolve);
    request.on('error', reject);
    request.end();
  });
}

/** Names only those addresses of a host that documents may come from. */
function lookupWithin({ network, resolve = allAddresses }: FetchOptions): LookupFunction {
  return (name, { all }, callback) => {
    resolve(name).then(
      (found) => {
        const admitted = found.filter(({ address }) => network.admits(address));
        const [first] = admitted;
        if (first === undefined) callback(new DocumentUnavailable(notAdmitted), '');
        else if (all) callback(null, admitted);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}

function allAddresses(name: string): Promise<readonly LookupAddress[]> {
  return systemLookup(name, { all: true });
}

async function read(answer: IncomingMessage): Promise<string> {
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new DocumentUnavailable(`it answers with status ${answer.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bounds.bytes) throw new DocumentUnavailable('it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Whether any certificate of the verified chain has one of the fingerprints: SHA-1 as RAM's, or SHA-256. */
function shows(socket: TLSSocket, fingerprints: readonly string[]): boolean {
  if (fingerprints.length === 0) return true;
  const wanted = new Set(fingerprints.map((fingerprint) => fingerprint.toLowerCase()));
  const seen = new Set<DetailedPeerCertificate>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The last of a chain is its own issuer.
  while (certificate?.fingerprint !== undefined && !seen.has(certificate)) {
    const { fingerprint, fingerprint256 } = certificate;
    if ([fingerprint, fingerprint256].some((text) => wanted.has(text.replaceAll(':', '').toLowerCase()))) {
      return true;
    }
    seen.add(certificate);
    certificate = certificate.issuerCertificate;
  }
  return false;
}
