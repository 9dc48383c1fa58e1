/** Adapter for Fastify 5. */
import type { FastifyPluginCallback } from 'fastify';
import type { ServiceGuard } from '../create-guard.ts';
import { type GuardedCall, refusalHeaders } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admit, type BodyOptions, headOf } from './node-request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Verified call; set once the guard has allowed the request. */
    claviger: GuardedCall | undefined;
  }
}

/** Options of the plugin. */
export interface FastifyGuardOptions extends BodyOptions {
  readonly guard: ServiceGuard;
}

const guardPlugin: FastifyPluginCallback<FastifyGuardOptions> = (app, options, done) => {
  const { guard } = options;
  app.decorateRequest('claviger', undefined);
  app.addHook('onRequest', async (request, reply) => {
    const decision = await admit(
      guard,
      request.raw,
      reply.raw,
      headOf(request.raw, request.originalUrl),
      options,
    );
    if (!decision.allowed) {
      return reply.code(decision.httpStatus).headers(refusalHeaders(decision)).send(decision.errorBody);
    }
    reply.header('x-acs-request-id', decision.requestId);
    request.claviger = decision;
    return undefined;
  });
  // Fastify's own parsers answer an error of the body before any handler could.
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof BodyError) wrongBodies.set(request, error);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const error = wrongBodies.get(request);
    if (error === undefined) return payload;
    const refused = guard.refuseBody(error, headOf(request.raw, request.originalUrl), request.claviger);
    reply.code(refused.httpStatus).headers(refusalHeaders(refused)).removeHeader('content-length');
    return refused.errorBody;
  });
  done();
};

/** Requests whose body failed verification while it was streamed. */
const wrongBodies = new WeakMap<object, BodyError>();

/**
 * Plugin that passes on allowed requests with `request.claviger`, and answers all others with RAM's error. It
 * guards all routes of the instance it is registered with, and those below it; Fastify's parsers read the
 * verified body.
 *
 * @example
 * await app.register(fastifyGuard, { guard });
 * app.get('/orders/:orderId', async (request) => ({ by: request.claviger?.principal.arn }));
 */
export const fastifyGuard: FastifyPluginCallback<FastifyGuardOptions> = Object.assign(guardPlugin, {
  // The plugin's hooks apply to the instance that registers it, not to an encapsulated one.
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'claviger-guard',
});
