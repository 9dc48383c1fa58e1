import { RecentMap } from '@claviger/guard/internal';
import { parseStrictJson } from '@claviger/policy';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { DocumentUnavailable, type FetchDocument } from './fetch-document.ts';
import { isFetchable } from './issuer-url.ts';

/** An OpenID Connect issuer, as an account knows it. */
export interface Issuer {
  readonly issuerUrl: string;
  readonly fingerprints: readonly string[];
}

/** The keys of an issuer, or why there are none. */
export interface IssuerKeySet {
  readonly keys: LocalJWKSet | DocumentUnavailable;
  /** When they were read; milliseconds since the epoch. */
  readonly readAt: number;
  /** When the issuer was last asked, with or without success. */
  readonly askedAt: number;
}

/** How long keys are believed that the issuer may have withdrawn meanwhile. */
const maximumAgeMs = 10 * 60_000;

/** How long an issuer is left alone after it was asked, whatever tokens name: strangers send them. */
const pauseMs = 30_000;

/** How many issuers are remembered; those asked for longest ago make room. */
const capacity = 1000;

/** The public keys of issuers, found by OpenID Connect Discovery and kept in memory. */
export class IssuerKeys {
  readonly #fetch: FetchDocument;
  readonly #log: (message: string) => void;
  readonly #known = new RecentMap<string, IssuerKeySet>(capacity);
  readonly #reading = new Map<string, Promise<IssuerKeySet>>();

  /** @param log told why keys cannot be had: whoever shows a token is not, since that may be anybody */
  constructor(fetch: FetchDocument, log: (message: string) => void) {
    this.#fetch = fetch;
    this.#log = log;
  }

  /**
   * The keys of an issuer.
   * @param now milliseconds since the epoch
   */
  async find(issuer: Issuer, now: number): Promise<IssuerKeySet> {
    const known = this.#known.get(identityOf(issuer));
    if (known === undefined) return this.#read(issuer, now);
    const isAway = known.keys instanceof DocumentUnavailable && now < known.askedAt + pauseMs;
    return isAway || isFresh(known, now) ? known : this.#read(issuer, now);
  }

  /**
   * The keys of an issuer once more, because a token names one that `known` has not: keys are changed now and then.
   * @returns `known` itself when the issuer was asked a moment ago
   */
  async findNewer(issuer: Issuer, known: IssuerKeySet, now: number): Promise<IssuerKeySet> {
    const present = this.#known.get(identityOf(issuer)) ?? known;
    return now < present.askedAt + pauseMs ? present : this.#read(issuer, now);
  }

  /** Many may ask at once, and one reads. */
  #read(issuer: Issuer, now: number): Promise<IssuerKeySet> {
    const identity = identityOf(issuer);
    const underWay = this.#reading.get(identity);
    if (underWay !== undefined) return underWay;
    const reading = this.#discover(issuer)
      .then((keys) => this.#keep(identity, this.#unlessWorse(identity, { keys, readAt: now, askedAt: now })))
      .finally(() => this.#reading.delete(identity));
    this.#reading.set(identity, reading);
    return reading;
  }

  /**
   * An issuer that was asked for newer keys and gave none leaves those that are known, until their time is over:
   * strangers choose when it is asked, and must not turn a moment's silence into a refusal of everybody.
   */
  #unlessWorse(identity: string, found: IssuerKeySet): IssuerKeySet {
    if (!(found.keys instanceof DocumentUnavailable)) return found;
    this.#log(`the keys of the OIDC issuer ${identity} cannot be had: ${found.keys.message}`);
    const known = this.#known.get(identity);
    return known !== undefined && isFresh(known, found.askedAt)
      ? { ...known, askedAt: found.askedAt }
      : found;
  }

  #keep(identity: string, found: IssuerKeySet): IssuerKeySet {
    this.#known.set(identity, found);
    return found;
  }

  async #discover({ issuerUrl, fingerprints }: Issuer): Promise<IssuerKeySet['keys']> {
    try {
      const address = new URL(`${issuerUrl.replace(/\/$/, '')}/.well-known/openid-configuration`);
      const configuration = readObject(await this.#fetch(address, fingerprints));
      if (configuration['issuer'] !== issuerUrl)
        throw new DocumentUnavailable('it is that of another issuer');
      const keysAddress = configuration['jwks_uri'];
      if (typeof keysAddress !== 'string' || !URL.canParse(keysAddress)) {
        throw new DocumentUnavailable('it names no jwks_uri');
      }
      const url = new URL(keysAddress);
      // What came over TLS must not be undone by what does not.
      if (!isFetchable(url) || (address.protocol === 'https:' && url.protocol !== 'https:')) {
        throw new DocumentUnavailable('its jwks_uri does not begin with https://');
      }
      // The fingerprints are those of the issuer's host; where it sends us elsewhere, the trusted authorities decide.
      const keys = readObject(await this.#fetch(url, url.host === address.host ? fingerprints : []));
      return createLocalJWKSet(keys as unknown as JSONWebKeySet);
    } catch (error) {
      if (error instanceof DocumentUnavailable) return error;
      return new DocumentUnavailable('its keys cannot be read');
    }
  }
}

function isFresh({ keys, readAt }: IssuerKeySet, now: number): boolean {
  return !(keys instanceof DocumentUnavailable) && now < readAt + maximumAgeMs;
}

/** With other fingerprints it is another one: what was fetched by the old ones proves nothing of the new. */
function identityOf({ issuerUrl, fingerprints }: Issuer): string {
  return JSON.stringify([issuerUrl, ...fingerprints.toSorted()]);
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  const reading = parseStrictJson(text);
  if (!reading.ok) throw new DocumentUnavailable(`it is not usable JSON: ${reading.problem}`);
  const { value } = reading;
  if (value === null || typeof value !== 'object') throw new DocumentUnavailable('it is no JSON object');
  return value as Readonly<Record<string, unknown>>;
}
