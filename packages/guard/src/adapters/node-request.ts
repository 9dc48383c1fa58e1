import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { needsWholeBody, type ServiceGuard } from '../create-guard.ts';
import { type GuardedCall, type RefusedRequest, refusalHeaders } from '../decision.ts';
import type { GuardHead } from '../guard.ts';
import { announcesBody, firstHeader } from '../request-headers.ts';
import { BodyCheck, BodyError, bodyTooLarge } from '../verifying-body.ts';
import { IncomingBody } from './incoming-body.ts';

/** Options for request bodies. */
export interface BodyOptions {
  /**
   * `whole` (default): a request is passed on once its body has arrived and is verified. `stream`: the
   * handler runs at once and reads the body while it arrives; the reader of a wrong body gets a `BodyError`
   * before its end. For uploads too large to keep in memory.
   */
  readonly body?: 'whole' | 'stream';
  /** Maximum size of a body in bytes. Default: the guard's own. */
  readonly bodyLimit?: number;
}

/**
 * Converts a `node:http` request to the head that a guard checks.
 *
 * @param target request target as received; default `request.url`, which some frameworks shorten
 */
export function headOf(request: IncomingMessage, target: string = request.url ?? ''): GuardHead {
  const { method = '', rawHeaders, socket } = request;
  return {
    method,
    target,
    rawHeaders,
    peerAddress: socket.remoteAddress ?? '',
    secure: (socket as Partial<TLSSocket>).encrypted === true,
  };
}

/**
 * Decides on a `node:http` request whose body has not been read. An allowed request can be read as usual, and
 * yields the verified body.
 *
 * @param head of the request, as returned by {@link headOf}
 */
export async function admit(
  guard: ServiceGuard,
  request: IncomingMessage,
  response: ServerResponse,
  head: GuardHead,
  { body: mode = 'whole', bodyLimit = guard.bodyLimit }: BodyOptions = {},
): Promise<GuardedCall | RefusedRequest> {
  const body = new IncomingBody(request, response, bodyLimit);
  const decision = await decide(guard, head, body, mode, bodyLimit);
  if (!decision.allowed) body.discard();
  return decision;
}

async function decide(
  guard: ServiceGuard,
  head: GuardHead,
  body: IncomingBody,
  mode: 'whole' | 'stream',
  bodyLimit: number,
): Promise<GuardedCall | RefusedRequest> {
  const length = Number(firstHeader(head.rawHeaders, 'content-length') ?? 0);
  if (length > bodyLimit) return guard.refuseBody(bodyTooLarge(bodyLimit), head);
  if (needsWholeBody(head.rawHeaders)) {
    const whole = await body.whole();
    if (whole instanceof BodyError) return guard.refuseBody(whole, head);
    const decision = await guard.check({ ...head, body: whole }, bodyLimit);
    if (decision.allowed) body.release();
    return decision;
  }
  const decision = await guard.checkHead(head);
  if (!decision.allowed) return decision;
  if (!announcesBody(head.rawHeaders)) {
    // Parsers would not look for a body here, so none that was signed may be missing.
    const lacking = new BodyCheck(decision.contentHash, bodyLimit).end();
    if (lacking !== undefined) return guard.refuseBody(lacking, head, decision);
    body.release();
    return decision;
  }
  if (mode === 'stream') {
    const problem = body.pass(decision.contentHash);
    return problem === undefined ? decision : guard.refuseBody(problem, head, decision);
  }
  const whole = await body.whole();
  if (whole instanceof BodyError) return guard.refuseBody(whole, head, decision);
  const check = new BodyCheck(decision.contentHash, bodyLimit);
  const problem = check.add(whole) ?? check.end();
  if (problem !== undefined) return guard.refuseBody(problem, head, decision);
  body.release();
  return decision;
}

/** Answers a refused request. */
export function answerRefusal(response: ServerResponse, refused: RefusedRequest): void {
  const headers = { ...refusalHeaders(refused), 'content-length': Buffer.byteLength(refused.errorBody) };
  response.writeHead(refused.httpStatus, headers).end(refused.errorBody);
}
