import { createHash } from 'node:crypto';
import type { ContentHash } from '@claviger/signature';
import type { ServiceGuard } from '../create-guard.ts';
import type { AllowedHead, AllowedRequest, RefusedRequest } from '../decision.ts';
import type { GuardHead, GuardRequest } from '../guard.ts';
import { EMPTY_SHA256, IDENTITY_HEADERS, identityHeaders } from './identity-headers.ts';
import type { IncomingHeaders } from './incoming-headers.ts';
import { targetWithoutProtocolParameters, withoutProtocolParameters } from './protocol-parameters.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** A request that may go on, and as what. */
export interface Admitted {
  readonly allowed: true;
  readonly requestId: string;
  readonly target: string;
  /** Who it is from: name, value, name, value … */
  readonly headers: readonly string[];
  /** What the body must be, when it has not been seen yet. */
  readonly contentHash: ContentHash | undefined;
  /** The body as it goes on, when it was seen. */
  readonly body: Buffer | undefined;
  /** Whether the client's own connection was TLS. */
  readonly secure: boolean;
  /** Who it is from, for the log. */
  readonly decision: AllowedRequest | AllowedHead | undefined;
}

/** Says which requests may go on. */
export interface Admission {
  /** The code of the service. */
  readonly service: string;
  /**
   * @param request with its whole body, or the head of one whose body is still to come
   * @param headers of the same request
   */
  admit(
    request: GuardRequest | GuardHead,
    headers: IncomingHeaders,
  ): Admitted | RefusedRequest | Promise<Admitted | RefusedRequest>;
}

/** Lets through what a guard allows, and says in headers and token whom it found. */
export class GuardedAdmission implements Admission {
  readonly service: string;
  readonly #guard: ServiceGuard;
  readonly #tokens: TokenIssuer | undefined;

  /** @param tokens vouch for the headers; without them the headers stand alone */
  constructor(guard: ServiceGuard, tokens: TokenIssuer | undefined) {
    this.service = guard.service.service;
    this.#guard = guard;
    this.#tokens = tokens;
  }

  admit(
    request: GuardRequest | GuardHead,
    headers: IncomingHeaders,
  ): Admitted | RefusedRequest | Promise<Admitted | RefusedRequest> {
    const decision = request.body === undefined ? this.#guard.checkHead(request) : this.#guard.check(request);
    if (decision instanceof Promise)
      return decision.then((settled) => this.#decided(request, headers, settled));
    return this.#decided(request, headers, decision);
  }

  #decided(
    request: GuardRequest | GuardHead,
    headers: IncomingHeaders,
    decision: AllowedRequest | AllowedHead | RefusedRequest,
  ): Admitted | RefusedRequest | Promise<Admitted> {
    if (!decision.allowed) return decision;
    // Signed in the header, parameters of these names are the service's own.
    const target = headers.isSignedInHeader
      ? request.target
      : targetWithoutProtocolParameters(request.target);
    const body = request.body === undefined ? undefined : passedBody(request.body, headers);
    const contentHash = decision.body === 'unverified' ? decision.contentHash : undefined;
    const digest: ContentHash = contentHash ?? { algorithm: 'sha256', value: sha256(body) };
    const added = identityHeaders(decision, digest.algorithm === 'sha256' ? digest.value : undefined);
    const admitted: Admitted = {
      allowed: true,
      requestId: decision.requestId,
      target,
      headers: added,
      contentHash,
      body,
      secure: decision.secure,
      decision,
    };
    if (this.#tokens === undefined) return admitted;
    const token = this.#tokens.issue(decision, { method: request.method, target, contentHash: digest });
    if (typeof token === 'string') {
      added.push(IDENTITY_HEADERS.identity, token);
      return admitted;
    }
    return token.then((signed) => {
      added.push(IDENTITY_HEADERS.identity, signed);
      return admitted;
    });
  }
}

/** The body as it goes on: RPC 1.0 puts its own parameters among those of a form. */
function passedBody(body: Uint8Array, { mayBeSignedForm }: IncomingHeaders): Buffer | undefined {
  if (body.length === 0) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (!mayBeSignedForm) return bytes;
  // Byte by byte: the names are ASCII, and no other byte is changed.
  return Buffer.from(withoutProtocolParameters(bytes.toString('latin1')), 'latin1');
}

function sha256(body: Buffer | undefined): string {
  return body === undefined || body.length === 0
    ? EMPTY_SHA256
    : createHash('sha256').update(body).digest('hex');
}
