/** For services on Hono 4. */
import type { Context, MiddlewareHandler } from 'hono';
import type { ServiceGuard } from '../create-guard.ts';
import type { GuardedCall } from '../decision.ts';
import { BodyError } from '../verifying-body.ts';
import { admitFetch, type Connection, fetchHead, refusalResponse } from './fetch.ts';
import type { BodyOptions } from './node-request.ts';

/** What the middleware puts into the context: `context.get('claviger')`. */
export interface ClavigerVariables {
  /** Who sent the request and what it does. */
  claviger: GuardedCall;
}

export interface HonoGuardOptions extends BodyOptions {
  /** Over which connection a request came; that of `@hono/node-server` is known. */
  readonly connection?: (context: Context) => Connection;
}

/**
 * Middleware that lets allowed requests pass, each with `context.get('claviger')`, and answers all others with RAM's
 * error. What comes after it reads the verified body.
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
    // Hono catches what handlers throw, and has answered it by now.
    if (context.error instanceof BodyError) {
      const head = fetchHead(incoming, connection);
      context.res = refusalResponse(guard.refuseBody(context.error, head, admitted.call));
    }
    return undefined;
  };
}

/** What `@hono/node-server` puts into the environment. */
interface NodeEnvironment {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string; readonly encrypted?: boolean } };
}

function nodeConnection(context: Context): Connection {
  const socket = (context.env as NodeEnvironment | undefined)?.incoming?.socket;
  if (socket === undefined) {
    throw new Error('honoGuard cannot tell where requests come from on this server: give it `connection`.');
  }
  return { peerAddress: socket.remoteAddress ?? '', secure: socket.encrypted === true };
}
