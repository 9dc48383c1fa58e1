/** For services on Express 5. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

declare global {
  namespace Express {
    interface Request {
      /** Who sent the request and what it does; there once the guard has let it pass. */
      claviger?: GuardedCall;
    }
  }
}

/**
 * Middleware that lets allowed requests pass, each with `request.claviger`, and answers all others with RAM's
 * error. It must come before whatever reads bodies, `express.json()` among it, which then reads the verified body.
 *
 * Wherever it is mounted, a request is judged by its whole path.
 *
 * @example
 * app.use(expressGuard(guard), express.json());
 * app.get('/orders/:orderId', (request, response) => { response.json({ by: request.claviger?.principal.arn }); });
 */
export function expressGuard(guard: ServiceGuard, options?: BodyOptions): RequestHandler {
  return async (request, response, next) => {
    const decision = await admit(guard, request, response, headOf(request, request.originalUrl), options);
    if (!decision.allowed) return answerRefusal(response, decision);
    response.setHeader('x-acs-request-id', decision.requestId);
    request.claviger = decision;
    next();
  };
}

/**
 * Answers, in RAM's form, bodies that turned out to be wrong while they were streamed. Only needed with
 * `body: 'stream'`; comes after the routes.
 */
export function expressBodyErrors(guard: ServiceGuard): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (!(error instanceof BodyError) || response.headersSent) return next(error);
    answerRefusal(response, guard.refuseBody(error, headOf(request, request.originalUrl), request.claviger));
  };
}
