/** Adapter for Hono 4. */
import type { Context, MiddlewareHandler } from 'hono';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admitFetch, type Connection, fetchHead, refusalResponse } from './fetch.ts';
import type { BodyOptions } from './node-request.ts';

/** Variables that the middleware sets: `context.get('claviger')`. */
export interface ClavigerVariables {
  /** Verified call. */
  claviger: GuardedCall;
}

export interface HonoGuardOptions extends BodyOptions {
  /** Returns the connection of a request. Default: that of `@hono/node-server`. */
  readonly connection?: (context: Context) => Connection;
}

/**
 * Returns middleware that passes on allowed requests with `context.get('claviger')`, and answers all others
 * with RAM's error. Later handlers read the verified body.
 *
 * @example
 * const app = new Hono<{ Variables: ClavigerVariables }>();
 * app.use(honoGuard(guard));
 * app.get('/orders/:orderId', (context) => context.json({ by: context.get('claviger').principal.arn }));
 */
export function honoGuard(
  guard: ServiceGuard,
  options: HonoGuardOptions = {},
): MiddlewareHandler<{ Variables: ClavigerVariables }> {
  const connectionOf = options.connection ?? nodeConnection;
  return async (context, next) => {
    const incoming = context.req.raw;
    const connection = connectionOf(context);
    const admitted = await admitFetch(guard, incoming, connection, options);
    if ('allowed' in admitted) return refusalResponse(admitted);
    context.req.raw = admitted.request;
    context.set('claviger', admitted.call);
    context.header('x-acs-request-id', admitted.call.requestId);
    await next();
    // Hono catches errors of handlers, and has answered them by now.
    if (context.error instanceof BodyError) {
      const head = fetchHead(incoming, connection);
      context.res = refusalResponse(guard.refuseBody(context.error, head, admitted.call));
    }
    return undefined;
  };
}

/** Environment set by `@hono/node-server`. */
interface NodeEnvironment {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

function nodeConnection(context: Context): Connection {
  const socket = (context.env as NodeEnvironment | undefined)?.incoming?.socket;
  if (socket === undefined) {
    throw new Error('honoGuard does not know the connection of requests on this server: pass `connection`');
  }
  return { peerAddress: socket.remoteAddress ?? '', secure: socket.encrypted === true };
}
