import { createHash } from 'node:crypto';
import type { ContentHash } from '@claviger/signature';
import type { ServiceGuard } from '../create-guard.ts';
import type { AllowedHead, AllowedRequest, RefusedRequest } from '../decision.ts';
import type { GuardHead, GuardRequest } from '../guard.ts';
import { EMPTY_SHA256, IDENTITY_HEADERS, identityHeaders } from './identity-headers.ts';
import type { IncomingHeaders } from './incoming-headers.ts';
import { targetWithoutProtocolParameters, withoutProtocolParameters } from './protocol-parameters.ts';
import type { TokenIssuer } from './token-issuer.ts';

/** Admitted request in the form that is passed on. */
export interface Admitted {
  readonly allowed: true;
  readonly requestId: string;
  readonly target: string;
  /** Identity headers: name, value, name, value … */
  readonly headers: readonly string[];
  /** Digest that the body must have, if it was not seen yet. */
  readonly contentHash: ContentHash | undefined;
  /** Body to pass on, if it was seen. */
  readonly body: Buffer | undefined;
  /** Whether the client's own connection is TLS. */
  readonly secure: boolean;
  /** Decision of the guard, for the log. */
  readonly decision: AllowedRequest | AllowedHead | undefined;
}

/** Decides which requests are passed on. */
export interface Admission {
  /** Code of the service. */
  readonly service: string;
  /**
   * Decides on a request.
   *
   * @param request with its whole body, or a head whose body is still to come
   * @param headers of the same request
   */
  admit(
    request: GuardRequest | GuardHead,
    headers: IncomingHeaders,
  ): Admitted | RefusedRequest | Promise<Admitted | RefusedRequest>;
}

/** Admits what a guard allows, and adds the sender in headers and token. */
export class GuardedAdmission implements Admission {
  readonly service: string;
  readonly #guard: ServiceGuard;
  readonly #tokens: TokenIssuer | undefined;

  /** @param tokens issuer of identity tokens; undefined: headers only */
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
    // If the signature is in the header, parameters of these names are the service's own.
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

/** Returns the body to pass on: RPC 1.0 adds its own parameters to a form. */
function passedBody(body: Uint8Array, { mayBeSignedForm }: IncomingHeaders): Buffer | undefined {
  if (body.length === 0) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  if (!mayBeSignedForm) return bytes;
  // As latin1: the names are ASCII, and no other byte is changed.
  return Buffer.from(withoutProtocolParameters(bytes.toString('latin1')), 'latin1');
}

function sha256(body: Buffer | undefined): string {
  return body === undefined || body.length === 0
    ? EMPTY_SHA256
    : createHash('sha256').update(body).digest('hex');
}
