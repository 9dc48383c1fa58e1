import type {
  CredentialSource,
  GuardPrincipal,
  NonceStore,
  Principal,
  SignatureAnswer,
  SignatureQuestion,
} from '@claviger/guard';
import { TokenBuckets } from '@claviger/guard/internal';
import { SignatureError, signatureHoldsFor } from '@claviger/signature';
import { REQUEST_WINDOW_MS } from '../context/limits.ts';
import { Refusal } from '../errors/refusal.ts';

/**
 * Rate of questions from one guard about one key: 50 signatures a second, burst 200. A guard itself asks no more
 * often.
 */
const RATE = { intervalMs: 20, burst: 200 };
const MOST_ASKED_KEYS = 100_000;

/** Limits the questions of guards. */
export interface QuestionRates {
  /**
   * Counts a question.
   * @param asked guard and key
   * @param now milliseconds since the epoch
   * @returns 0, or the milliseconds until the next one may be asked
   */
  take(asked: string, now: number): number | Promise<number>;
}

/** Rates of the questions to this process. */
export class OwnQuestionRates implements QuestionRates {
  readonly #buckets = new TokenBuckets(RATE, MOST_ASKED_KEYS);

  take(asked: string, now: number): number {
    const wait = this.#buckets.waitFor(asked, now);
    if (wait === 0) this.#buckets.take(asked, now);
    return wait;
  }
}

/** Result of a verification, with the principal if the signature holds. */
export type VerifiedSignature = SignatureAnswer & { readonly principal?: Principal };

/**
 * Verifies signatures for guards that do not hold the key's verifier: for keys of the root, and of users who can
 * change identities or policies. The answer is yes or no for one string to sign. A nonce that was used once, here or
 * at any guard that asks, is used.
 */
export class RequestVerification {
  #parts: { readonly source: CredentialSource; readonly nonces: NonceStore } | undefined;

  readonly #rates: QuestionRates;

  /** @param rates of the questions; those of this process when absent */
  constructor(rates: QuestionRates = new OwnQuestionRates()) {
    this.#rates = rates;
  }

  /** Sets the credential source and the nonce store; call it once, when the server starts. */
  begin(source: CredentialSource, nonces: NonceStore): void {
    this.#parts = { source, nonces };
  }

  /**
   * Verifies a signature.
   * @param guard that asks; keys of other accounts than its own are answered as unknown
   * @param now milliseconds since the epoch
   * @throws Refusal Throttling.User
   */
  async verify(
    { accountId, guardId }: Pick<GuardPrincipal, 'accountId' | 'guardId'>,
    question: SignatureQuestion,
    now: number,
  ): Promise<VerifiedSignature> {
    const parts = this.#parts;
    if (parts === undefined) throw new Error('the server has not started');
    const { accessKeyId, securityToken, scheme, signature, scope, nonce, timestamp } = question;
    const no = (problem: Extract<SignatureAnswer, { confirmed: false }>['problem']) =>
      ({ confirmed: false, problem }) as const;
    const credential = await parts.source.find(accessKeyId, securityToken);
    if (typeof credential === 'string') return no(credential);
    const { principal } = credential;
    if (principal.accountId !== accountId || principal.type === 'guard') {
      return no('InvalidAccessKeyId.NotFound');
    }
    const asked = `${guardId} ${accessKeyId}`;
    const wait = await this.#rates.take(asked, now);
    if (wait > 0) throw new Refusal('Throttling.User').retryAfter(wait);
    if (credential.status !== 'Active') return no('InvalidAccessKeyId.Inactive');
    if (credential.expiresAt !== undefined && credential.expiresAt <= now) {
      return no(
        credential.kind === 'temporary' ? 'InvalidSecurityToken.Expired' : 'InvalidAccessKeyId.Inactive',
      );
    }
    if (Math.abs(now - timestamp) > REQUEST_WINDOW_MS) return no('InvalidTimeStamp.Expired');
    const stringToSign = question.stringsToSign.find((text) => {
      try {
        return signatureHoldsFor(credential.signingKey, { scheme, stringToSign: text, signature, scope });
      } catch (error) {
        if (error instanceof SignatureError) return false;
        throw error;
      }
    });
    if (stringToSign === undefined) return no('SignatureDoesNotMatch');
    const use = await parts.nonces.use(accessKeyId, nonce, timestamp + REQUEST_WINDOW_MS, now);
    if (use === 'seen') return no('SignatureNonceUsed');
    if (use === 'full') return no('Throttling.Nonce');
    // It may have been used before the store lost its nonces.
    if (timestamp < (parts.nonces.remembersFrom ?? 0)) return no('SignatureNonceUsed');
    return { confirmed: true, stringToSign, principal };
  }
}
