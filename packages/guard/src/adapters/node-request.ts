import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { needsWholeBody, type ServiceGuard } from '../create-guard.ts';
import { type GuardedCall, type RefusedRequest, refusalHeaders } from '../decision.ts';
import type { GuardHead } from '../guard.ts';
import { announcesBody, firstHeader } from '../request-headers.ts';
import { BodyCheck, BodyError, bodyTooLarge } from '../verifying-body.ts';
import { IncomingBody } from './incoming-body.ts';

/** How an adapter treats bodies. */
export interface BodyOptions {
  /**
   * `whole`, which is meant unless given: nobody hears of a request before its body is there and verified.
   * `stream`: the handler runs at once, and reads the body while it comes; of one that turns out to be wrong it
   * never reads the end, but gets a `BodyError`. For uploads too large to be kept in memory.
   */
  readonly body?: 'whole' | 'stream';
  /** Largest body that is taken, in bytes; the guard's own unless given. */
  readonly bodyLimit?: number;
}

/**
 * The head of a request as the guard wants it.
 *
 * @param target as it stood on the wire; `request.url` unless given, which some frameworks cut
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
 * Decides about a request of `node:http` whose body nobody has begun to read. Of an allowed one the request can be
 * read as ever, and yields the verified body.
 *
 * @param head of the request, as {@link headOf} has it
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
    // Parsers would not even look for a body, so none that was signed may be lacking.
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

/** Answers a request that was refused. */
export function answerRefusal(response: ServerResponse, refused: RefusedRequest): void {
  const headers = { ...refusalHeaders(refused), 'content-length': Buffer.byteLength(refused.errorBody) };
  response.writeHead(refused.httpStatus, headers).end(refused.errorBody);
}
