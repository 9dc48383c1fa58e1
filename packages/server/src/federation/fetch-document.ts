import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { AddressFilter } from '../context/services.ts';
import { isFetchable, literalAddress, NOT_ADMITTED } from './issuer-url.ts';

/**
 * Fetches a JSON text by GET.
 * @param url `https:`, or `http:` of this machine
 * @param fingerprints of certificates, one of which the server must present; empty: any trusted certificate
 * @throws DocumentUnavailable
 */
export type FetchDocument = (url: URL, fingerprints: readonly string[]) => Promise<string>;

/** Error: a document of an issuer cannot be fetched, or must not be trusted. */
export class DocumentUnavailable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'DocumentUnavailable';
  }
}

/** Bounds of an answer: real ones have a few thousand bytes and take less than a second. */
const BOUNDS = { milliseconds: 5_000, bytes: 256 * 1024 } as const;

/** Options of a document fetcher. */
export interface FetchOptions {
  /** Addresses that documents may come from. */
  readonly network: AddressFilter;
  /** PEM of the trusted authorities; default: the system's. */
  readonly authorities?: string;
  /** Resolves the addresses of a name; default: the system's resolver. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
  /** Maximum time for a document, from resolving the name to the last byte, ms; default 5,000. */
  readonly milliseconds?: number;
}

/**
 * Creates a fetcher of documents over the network: no redirects, bounded time and size, TLS with the system's
 * trusted authorities (`NODE_EXTRA_CA_CERTS` adds to them). Fingerprints restrict the trusted certificates, they
 * never add to them.
 *
 * A name is resolved once for each connection, and the connection goes to an address that was checked then. So a
 * name that resolves to another address later (DNS rebinding) reaches nothing else.
 */
export function createDocumentFetcher(options: FetchOptions): FetchDocument {
  return async (url, fingerprints) => {
    if (!isFetchable(url)) throw new DocumentUnavailable('it does not begin with https://');
    const address = literalAddress(url);
    if (address !== undefined && !options.network.admits(address))
      throw new DocumentUnavailable(NOT_ADMITTED);
    const signal = AbortSignal.timeout(options.milliseconds ?? BOUNDS.milliseconds);
    try {
      const answer = await get(url, signal, options);
      if (url.protocol === 'https:' && !presentsFingerprint(answer.socket as TLSSocket, fingerprints)) {
        answer.destroy();
        throw new DocumentUnavailable('its certificate has none of the expected fingerprints');
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
    // A new connection: a reused one, or a resumed TLS session, presents no certificates.
    const common = { signal, agent: false, lookup, headers: { accept: 'application/json' } } as const;
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...common, ...(authorities === undefined ? {} : { ca: authorities }) }, resolve)
        : httpRequest(url, common, resolve);
    request.on('error', reject);
    request.end();
  });
}

/** Returns a lookup function that yields only the admitted addresses of a host. */
function lookupWithin({ network, resolve = allAddresses }: FetchOptions): LookupFunction {
  return (name, { all }, callback) => {
    resolve(name).then(
      (found) => {
        const admitted = found.filter(({ address }) => network.admits(address));
        const [first] = admitted;
        if (first === undefined) callback(new DocumentUnavailable(NOT_ADMITTED), '');
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
    if (length > BOUNDS.bytes) throw new DocumentUnavailable('it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Returns whether a certificate of the verified chain has one of the fingerprints: SHA-1 as in RAM, or SHA-256. */
function presentsFingerprint(socket: TLSSocket, fingerprints: readonly string[]): boolean {
  if (fingerprints.length === 0) return true;
  const wanted = new Set(fingerprints.map((fingerprint) => fingerprint.toLowerCase()));
  const seen = new Set<DetailedPeerCertificate>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // The last certificate of a chain is its own issuer.
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
