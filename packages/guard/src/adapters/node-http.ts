/**
 * For services on `node:http`: {@link protect} puts a guard before a handler; {@link admit} with
 * {@link answerRefusal} is for those who want to do that themselves.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

export { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

/** A request whose sender is known and may do what it asks for. */
export type GuardedRequest = IncomingMessage & { readonly claviger: GuardedCall };

/** Answers guarded requests. */
export type GuardedHandler = (request: GuardedRequest, response: ServerResponse) => void | Promise<void>;

/**
 * Puts a guard before a handler: it hears of allowed requests only, each with `request.claviger`; all others are
 * answered with RAM's error.
 *
 * What the handler throws is thrown on, but for the error of a body that turned out to be wrong while it was
 * streamed: that is answered as well, when nothing has been answered yet.
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
