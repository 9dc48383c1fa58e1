import {
  type ControlPlane,
  ControlPlaneRefusal,
  ControlPlaneUnreachable,
} from '../control-plane/control-plane.ts';
import type { SignatureAnswer, SignatureProblem, SignatureQuestion } from '../credential.ts';
import type { RateLimit } from '../rate-limit/rate-limit.ts';
import { TokenBuckets } from '../rate-limit/token-buckets.ts';

/**
 * Maximum number of verifications in progress, for all keys and for one, so that wrong signatures for a key
 * do not delay the others.
 */
const MAX_PENDING = 64;
const MAX_PENDING_PER_KEY = 8;

/** Rate of verifications per key: 50 a second, 100 at once. */
const RATE_PER_KEY: RateLimit = { intervalMs: 20, burst: 100 };

/** Problems for which a request is refused; any other answer means that nothing was verified. */
const SIGNATURE_PROBLEMS: ReadonlySet<string> = new Set<SignatureProblem>([
  'InvalidAccessKeyId.NotFound',
  'InvalidAccessKeyId.Inactive',
  'MissingSecurityToken',
  'InvalidSecurityToken.Malformed',
  'InvalidSecurityToken.Expired',
  'InvalidSecurityToken.MismatchWithAccessKey',
  'InvalidTimeStamp.Expired',
  'SignatureDoesNotMatch',
  'SignatureNonceUsed',
  'Throttling.Nonce',
]);

/** Signatures that the control plane was asked to verify, by result. */
export interface RemoteVerificationCounts {
  readonly confirmed: number;
  readonly refused: number;
  /** Not asked, or not answered: too many at once, or the control plane is unreachable. */
  readonly unanswered: number;
}

/** Has the control plane verify signatures that this guard cannot. */
export class RemoteVerifier {
  readonly #controlPlane: ControlPlane;
  readonly #now: () => number;
  readonly #rates = new TokenBuckets(RATE_PER_KEY, 10_000);
  readonly #ofKey = new Map<string, number>();
  #underWay = 0;
  #confirmed = 0;
  #refused = 0;
  #unanswered = 0;

  /** @param now milliseconds since the epoch */
  constructor(controlPlane: ControlPlane, now: () => number) {
    this.#controlPlane = controlPlane;
    this.#now = now;
  }

  get counts(): RemoteVerificationCounts {
    return { confirmed: this.#confirmed, refused: this.#refused, unanswered: this.#unanswered };
  }

  /** Verifies a signature. @param principalArn expected owner of the key */
  async verify(question: SignatureQuestion, principalArn: string): Promise<SignatureAnswer> {
    const { accessKeyId } = question;
    const ofKey = this.#ofKey.get(accessKeyId) ?? 0;
    if (this.#underWay >= MAX_PENDING || ofKey >= MAX_PENDING_PER_KEY) return this.#unanswerable();
    const now = this.#now();
    if (this.#rates.waitFor(accessKeyId, now) > 0) return this.#unanswerable();
    this.#rates.take(accessKeyId, now);
    this.#underWay += 1;
    this.#ofKey.set(accessKeyId, ofKey + 1);
    try {
      return this.#read(question, principalArn, await this.#controlPlane.call(...callOf(question)));
    } catch (error) {
      const isOutage = error instanceof ControlPlaneRefusal || error instanceof ControlPlaneUnreachable;
      if (!isOutage) throw error;
      return this.#unanswerable();
    } finally {
      this.#underWay -= 1;
      const left = (this.#ofKey.get(accessKeyId) ?? 1) - 1;
      if (left > 0) this.#ofKey.set(accessKeyId, left);
      else this.#ofKey.delete(accessKeyId);
    }
  }

  #read(
    { stringsToSign }: SignatureQuestion,
    principalArn: string,
    answer: Readonly<Record<string, unknown>>,
  ): SignatureAnswer {
    const { Verified, StringIndex, PrincipalArn, Problem } = answer;
    if (Verified === true) {
      const stringToSign = stringsToSign[Number(StringIndex)];
      // The owner was renamed or replaced, and the change has not arrived here yet.
      if (stringToSign === undefined || PrincipalArn !== principalArn) return this.#unanswerable();
      this.#confirmed += 1;
      return { confirmed: true, stringToSign };
    }
    if (Verified !== false || typeof Problem !== 'string' || !SIGNATURE_PROBLEMS.has(Problem))
      return this.#unanswerable();
    this.#refused += 1;
    return { confirmed: false, problem: Problem as SignatureProblem };
  }

  #unanswerable(): SignatureAnswer {
    this.#unanswered += 1;
    return { confirmed: false, problem: 'ServiceUnavailable.ControlPlane' };
  }
}

function callOf(question: SignatureQuestion): [action: string, parameters: Record<string, string>] {
  const { securityToken, scope } = question;
  return [
    'VerifyRequestSignature',
    {
      SignerAccessKeyId: question.accessKeyId,
      Scheme: question.scheme,
      StringsToSign: JSON.stringify(question.stringsToSign),
      RequestSignature: question.signature,
      SignedNonce: question.nonce,
      SignedTime: String(question.timestamp),
      ...(securityToken === undefined ? {} : { SignerSecurityToken: securityToken }),
      ...(scope === undefined
        ? {}
        : { ScopeDate: scope.date, ScopeRegion: scope.region, ScopeProduct: scope.product }),
    },
  ];
}
