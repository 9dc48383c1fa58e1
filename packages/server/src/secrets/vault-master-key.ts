import { type MasterKey, MasterKeyUnavailable } from './master-key.ts';
import { SecretUnreadable } from './sealed-text.ts';

const PROVIDER = 'vault';

/** Time limit for an answer of the key service, ms. */
const ANSWER_TIMEOUT_MS = 5000;

export interface VaultTransitOptions {
  /** `https://vault.example:8200`; the part before `/v1/`. */
  readonly address: string;
  readonly token: string;
  /** Name of the key in the transit engine: letters, digits, `_` and `-`. */
  readonly keyName: string;
  /** Mount path of the transit engine; default `transit`. */
  readonly mount?: string;
  /** The network, as `fetch`. */
  readonly fetch: typeof fetch;
}

/**
 * Master key in a key service that speaks the transit API of HashiCorp Vault (OpenBao does as well): it wraps and
 * unwraps over HTTP, and binds each data key to its account with `associated_data`.
 */
export class VaultMasterKey implements MasterKey {
  readonly keyId: string;
  readonly #options: VaultTransitOptions;
  readonly #base: string;

  /** @throws MasterKeyUnavailable if the key name or the address is malformed */
  constructor(options: VaultTransitOptions) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(options.keyName)) {
      throw new MasterKeyUnavailable(
        'the name of the transit key may have letters, digits, `_` and `-` only',
      );
    }
    if (!URL.canParse(options.address)) {
      throw new MasterKeyUnavailable('the address of the key service is not a URL');
    }
    this.keyId = options.keyName;
    this.#options = options;
    this.#base = `${options.address.replace(/\/+$/, '')}/v1/${options.mount ?? 'transit'}`;
  }

  async wrap(dataKey: Uint8Array, context: string): Promise<string> {
    const { ciphertext } = await this.#call('encrypt', {
      plaintext: Buffer.from(dataKey).toString('base64'),
      associated_data: Buffer.from(context).toString('base64'),
    });
    if (typeof ciphertext !== 'string' || ciphertext === '') throw malformedAnswer();
    return `${PROVIDER}.${this.keyId}.${ciphertext}`;
  }

  async unwrap(wrapped: string, context: string): Promise<Buffer> {
    const prefix = `${PROVIDER}.${this.keyId}.`;
    if (!wrapped.startsWith(prefix)) {
      throw new SecretUnreadable('a data key was wrapped by a master key that is not here');
    }
    const { plaintext } = await this.#call('decrypt', {
      ciphertext: wrapped.slice(prefix.length),
      associated_data: Buffer.from(context).toString('base64'),
    });
    if (typeof plaintext !== 'string') throw malformedAnswer();
    return Buffer.from(plaintext, 'base64');
  }

  async #call(verb: 'encrypt' | 'decrypt', body: object): Promise<Record<string, unknown>> {
    let response: Response;
    let answer: unknown;
    try {
      response = await this.#options.fetch(`${this.#base}/${verb}/${this.keyId}`, {
        method: 'POST',
        headers: { 'X-Vault-Token': this.#options.token, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        // A redirect would carry the token elsewhere.
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      answer = await response.json();
    } catch {
      // The thrown error may contain the request, and so the token; it is not passed on.
      throw new MasterKeyUnavailable('the key service does not answer');
    }
    // 400 is transit's answer to a ciphertext that does not open.
    if (verb === 'decrypt' && response.status === 400) {
      throw new SecretUnreadable('the key service does not open a wrapped data key');
    }
    if (!response.ok) throw new MasterKeyUnavailable(`the key service answered ${response.status}`);
    const data = typeof answer === 'object' && answer !== null && 'data' in answer ? answer.data : undefined;
    if (typeof data !== 'object' || data === null) throw malformedAnswer();
    return data as Record<string, unknown>;
  }
}

function malformedAnswer(): MasterKeyUnavailable {
  return new MasterKeyUnavailable('the answer of the key service is malformed');
}
