/** Adapter for services that map a `Request` to a `Response`: Node, Deno, Bun, workers. */
import { needsWholeBody, type ServiceGuard } from '../create-guard.ts';
import { type GuardedCall, type RefusedRequest, refusalHeaders } from '../decision.ts';
import type { GuardHead } from '../guard.ts';
import { BodyCheck, BodyError, bodyTooLarge } from '../verifying-body.ts';
import type { BodyOptions } from './node-request.ts';

/** Connection of a request, which a `Request` does not expose. */
export interface Connection {
  /** Address of the peer. */
  readonly peerAddress: string;
  /** Whether it is TLS. */
  readonly secure: boolean;
}

/** Allowed request with its decision; the body is verified, or will be while it is read. */
export interface AdmittedRequest {
  readonly call: GuardedCall;
  /** Read this one instead of the original. */
  readonly request: Request;
}

/** Converts a `Request` to the head that a guard checks. */
export function fetchHead(request: Request, connection: Connection): GuardHead {
  const url = new URL(request.url);
  const rawHeaders: string[] = [];
  for (const [name, value] of request.headers) rawHeaders.push(name, value);
  // Some servers do not put it among the headers: it is part of the URL then.
  if (!request.headers.has('host')) rawHeaders.push('host', url.host);
  return {
    method: request.method,
    target: `${url.pathname}${url.search}`,
    rawHeaders,
    peerAddress: connection.peerAddress,
    secure: connection.secure,
  };
}

/**
 * Decides on a `Request` whose body has not been read.
 *
 * @returns if allowed, with the request to continue with
 */
export async function admitFetch(
  guard: ServiceGuard,
  request: Request,
  connection: Connection,
  { body: mode = 'whole', bodyLimit = guard.bodyLimit }: BodyOptions = {},
): Promise<AdmittedRequest | RefusedRequest> {
  const head = fetchHead(request, connection);
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimit) {
    return guard.refuseBody(bodyTooLarge(bodyLimit), head);
  }
  if (needsWholeBody(head.rawHeaders)) {
    const whole = await readWhole(request, bodyLimit);
    if (whole instanceof BodyError) return guard.refuseBody(whole, head);
    const decision = await guard.check({ ...head, body: whole }, bodyLimit);
    return decision.allowed ? { call: decision, request: withBody(request, whole) } : decision;
  }
  const decision = await guard.checkHead(head);
  if (!decision.allowed) return decision;
  const check = new BodyCheck(decision.contentHash, bodyLimit);
  if (mode === 'stream' && request.body !== null) {
    const body = request.body.pipeThrough(verifyingStream(check));
    return { call: decision, request: new Request(request, { body, duplex: 'half' }) };
  }
  const whole = await readWhole(request, bodyLimit);
  if (whole instanceof BodyError) return guard.refuseBody(whole, head, decision);
  const problem = check.add(whole) ?? check.end();
  if (problem !== undefined) return guard.refuseBody(problem, head, decision);
  return { call: decision, request: withBody(request, whole) };
}

/** Returns the response to a refused request. */
export function refusalResponse(refused: RefusedRequest): Response {
  return new Response(refused.errorBody, { status: refused.httpStatus, headers: refusalHeaders(refused) });
}

export interface FetchGuardOptions<Rest extends readonly unknown[]> extends BodyOptions {
  /**
   * Returns the connection of a request. It receives the arguments that the server passes to the handler, the
   * request first; where they hold the address differs between servers.
   */
  readonly connection: (request: Request, ...rest: Rest) => Connection;
}

/**
 * Wraps a handler in a guard: it is called for allowed requests only, with the decision as its second
 * argument; all others are answered with RAM's error.
 *
 * @example
 * const handler = fetchGuard(guard, (request, call) => Response.json({ by: call.principal.arn }), {
 *   connection: (_request, info) => ({ peerAddress: info.remoteAddr.hostname, secure: false }),
 * });
 * Deno.serve(handler);
 */
export function fetchGuard<Rest extends readonly unknown[]>(
  guard: ServiceGuard,
  handler: (request: Request, call: GuardedCall, ...rest: Rest) => Response | Promise<Response>,
  options: FetchGuardOptions<Rest>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const connection = options.connection(request, ...rest);
    const admitted = await admitFetch(guard, request, connection, options);
    if ('allowed' in admitted) return refusalResponse(admitted);
    try {
      const answered = await handler(admitted.request, admitted.call, ...rest);
      // The headers of some responses are immutable.
      const response = new Response(answered.body, answered);
      response.headers.set('x-acs-request-id', admitted.call.requestId);
      return response;
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      return refusalResponse(guard.refuseBody(error, fetchHead(request, connection), admitted.call));
    }
  };
}

function withBody(request: Request, body: Uint8Array<ArrayBuffer>): Request {
  return request.body === null ? request : new Request(request, { body });
}

async function readWhole(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | BodyError> {
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > limit) return bodyTooLarge(limit);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}

function verifyingStream(check: BodyCheck): TransformStream<Uint8Array, Uint8Array> {
  let held: Uint8Array | undefined;
  return new TransformStream({
    transform(chunk, controller) {
      const problem = check.add(chunk);
      if (problem !== undefined) throw problem;
      if (held !== undefined) controller.enqueue(held);
      held = chunk;
    },
    flush(controller) {
      const problem = check.end();
      if (problem !== undefined) throw problem;
      if (held !== undefined) controller.enqueue(held);
    },
  });
}
