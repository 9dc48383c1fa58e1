/**
 * Adapter for `node:http`: {@link protect} wraps a handler; {@link admit} and {@link answerRefusal} are its
 * parts.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

export { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

/** Allowed request with its verified call. */
export type GuardedRequest = IncomingMessage & { readonly claviger: GuardedCall };

/** Handler of guarded requests. */
export type GuardedHandler = (request: GuardedRequest, response: ServerResponse) => void | Promise<void>;

/**
 * Wraps a handler in a guard: it is called for allowed requests only, with `request.claviger`; all others are
 * answered with RAM's error.
 *
 * Errors of the handler are rethrown, except the error of a wrong streamed body, which is answered if no
 * answer has begun.
 *
 * @example
 * createServer(protect(guard, (request, response) => {
 *   response.end(`Good day, ${request.claviger.principal.arn}`);
 * })).listen(3000);
 */
export function protect(
  guard: ServiceGuard,
  handler: GuardedHandler,
  options?: BodyOptions,
): RequestListener {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const head = headOf(request);
    const decision = await admit(guard, request, response, head, options);
    if (!decision.allowed) return answerRefusal(response, decision);
    response.setHeader('x-acs-request-id', decision.requestId);
    try {
      await handler(Object.assign(request, { claviger: decision }), response);
    } catch (error) {
      if (!(error instanceof BodyError) || response.headersSent) throw error;
      answerRefusal(response, guard.refuseBody(error, head, decision));
    }
  };
  return (request, response) => void serve(request, response);
}
