/** Adapter for Express 5. */
import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admit, answerRefusal, type BodyOptions, headOf } from './node-request.ts';

declare global {
  namespace Express {
    interface Request {
      /** Verified call; set once the guard has allowed the request. */
      claviger?: GuardedCall;
    }
  }
}

/**
 * Returns middleware that passes on allowed requests with `request.claviger`, and answers all others with
 * RAM's error. Mount it before body parsers such as `express.json()`, which then read the verified body.
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
 * Returns an error handler that answers wrong streamed bodies in RAM's form. Only needed with `body:
 * 'stream'`; mount it after the routes.
 */
export function expressBodyErrors(guard: ServiceGuard): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (!(error instanceof BodyError) || response.headersSent) return next(error);
    answerRefusal(response, guard.refuseBody(error, headOf(request, request.originalUrl), request.claviger));
  };
}
