import { RecentMap } from '@claviger/guard/internal';
import { parseStrictJson } from '@claviger/policy';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { DocumentUnavailable, type FetchDocument } from './fetch-document.ts';
import { isFetchable } from './issuer-url.ts';

/** An OpenID Connect issuer as configured by an account. */
export interface Issuer {
  readonly issuerUrl: string;
  readonly fingerprints: readonly string[];
}

/** The keys of an issuer, or the error of fetching them. */
export interface IssuerKeySet {
  readonly keys: LocalJWKSet | DocumentUnavailable;
  /** When they were read, ms since the epoch. */
  readonly readAt: number;
  /** When the issuer was last asked, with or without success; ms since the epoch. */
  readonly askedAt: number;
}

/** How long keys are used without asking for withdrawn ones. */
const MAX_AGE_MS = 10 * 60_000;

/** Minimum time between two requests to an issuer, whatever key ids tokens name: the tokens are not verified yet. */
const PAUSE_MS = 30_000;

/** Maximum number of cached issuers; the least recently used make room. */
const MAX_ISSUERS = 1000;

/** Cache of issuers' public keys, found by OpenID Connect Discovery. */
export class IssuerKeys {
  readonly #fetch: FetchDocument;
  readonly #log: (message: string) => void;
  readonly #cache = new RecentMap<string, IssuerKeySet>(MAX_ISSUERS);
  readonly #reading = new Map<string, Promise<IssuerKeySet>>();

  /**
   * @param log gets the reason why keys are unavailable; the presenter of a token does not, since it is not
   *   authenticated
   */
  constructor(fetch: FetchDocument, log: (message: string) => void) {
    this.#fetch = fetch;
    this.#log = log;
  }

  /**
   * Returns the keys of an issuer.
   * @param now ms since the epoch
   */
  async find(issuer: Issuer, now: number): Promise<IssuerKeySet> {
    const known = this.#cache.get(identityOf(issuer));
    if (known === undefined) return this.#read(issuer, now);
    const isPaused = known.keys instanceof DocumentUnavailable && now < known.askedAt + PAUSE_MS;
    return isPaused || isFresh(known, now) ? known : this.#read(issuer, now);
  }

  /**
   * Fetches the keys of an issuer again, because a token names a key id that `known` lacks: issuers rotate keys.
   * @returns `known` itself if the issuer was asked a moment ago
   */
  async findNewer(issuer: Issuer, known: IssuerKeySet, now: number): Promise<IssuerKeySet> {
    const present = this.#cache.get(identityOf(issuer)) ?? known;
    return now < present.askedAt + PAUSE_MS ? present : this.#read(issuer, now);
  }

  /** Fetches the keys; concurrent calls share one request. */
  #read(issuer: Issuer, now: number): Promise<IssuerKeySet> {
    const identity = identityOf(issuer);
    const underWay = this.#reading.get(identity);
    if (underWay !== undefined) return underWay;
    const reading = this.#discover(issuer)
      .then((keys) => this.#keep(identity, this.#orCached(identity, { keys, readAt: now, askedAt: now })))
      .finally(() => this.#reading.delete(identity));
    this.#reading.set(identity, reading);
    return reading;
  }

  /**
   * Returns the cached keys instead of an error while they are fresh. Unverified tokens decide when an issuer is
   * asked for newer keys, and a short outage then must not make all tokens fail.
   */
  #orCached(identity: string, found: IssuerKeySet): IssuerKeySet {
    if (!(found.keys instanceof DocumentUnavailable)) return found;
    this.#log(`the keys of the OIDC issuer ${identity} cannot be fetched: ${found.keys.message}`);
    const known = this.#cache.get(identity);
    return known !== undefined && isFresh(known, found.askedAt)
      ? { ...known, askedAt: found.askedAt }
      : found;
  }

  #keep(identity: string, found: IssuerKeySet): IssuerKeySet {
    this.#cache.set(identity, found);
    return found;
  }

  async #discover({ issuerUrl, fingerprints }: Issuer): Promise<IssuerKeySet['keys']> {
    try {
      const address = new URL(`${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`);
      const configuration = readObject(await this.#fetch(address, fingerprints));
      if (configuration['issuer'] !== issuerUrl) throw new DocumentUnavailable('its issuer is another one');
      const keysAddress = configuration['jwks_uri'];
      if (typeof keysAddress !== 'string' || !URL.canParse(keysAddress)) {
        throw new DocumentUnavailable('it names no jwks_uri');
      }
      const url = new URL(keysAddress);
      // What came over TLS must not lead to keys that do not.
      if (!isFetchable(url) || (address.protocol === 'https:' && url.protocol !== 'https:')) {
        throw new DocumentUnavailable('its jwks_uri does not begin with https://');
      }
      // The fingerprints are those of the issuer's host; for another host the trusted authorities decide.
      const keys = readObject(await this.#fetch(url, url.host === address.host ? fingerprints : []));
      return createLocalJWKSet(keys as unknown as JSONWebKeySet);
    } catch (error) {
      if (error instanceof DocumentUnavailable) return error;
      return new DocumentUnavailable('its keys cannot be read');
    }
  }
}

function isFresh({ keys, readAt }: IssuerKeySet, now: number): boolean {
  return !(keys instanceof DocumentUnavailable) && now < readAt + MAX_AGE_MS;
}

/**
 * Returns the cache key of an issuer. Other fingerprints make another issuer: keys fetched under the old ones are
 * not trusted under the new.
 */
function identityOf({ issuerUrl, fingerprints }: Issuer): string {
  return JSON.stringify([issuerUrl, ...fingerprints.toSorted()]);
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  const reading = parseStrictJson(text);
  if (!reading.ok) throw new DocumentUnavailable(`it is not usable JSON: ${reading.problem}`);
  const { value } = reading;
  if (value === null || typeof value !== 'object') throw new DocumentUnavailable('it is not a JSON object');
  return value as Readonly<Record<string, unknown>>;
}
