import type { ListenAddress } from '../http/listener.ts';
import { type HttpListener, startHttpListener } from '../http/listener.ts';

/** Path of the public keys of identity tokens. */
export const JWKS_PATH = '/.well-known/claviger/jwks.json';

export interface AdminOptions {
  readonly listen: ListenAddress;
  /** Why this process should get no requests; undefined if it should. */
  readonly whyNotReady: () => string | undefined;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  readonly jwks: () => string;
  readonly onBug: (error: unknown, requestId: string) => void;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Starts the admin listener: `/healthz`, `/readyz`, `/metrics`, and the public keys. It does not
 * authenticate, so put it on an address that only operators reach.
 *
 * @throws the system's error if it cannot listen on the address
 */
export function startAdmin({
  listen,
  whyNotReady,
  metrics,
  jwks,
  onBug,
}: AdminOptions): Promise<HttpListener> {
  const routes: Readonly<Record<string, () => Answer | Promise<Answer>>> = {
    '/healthz': () => json(200, { status: 'ok' }),
    '/readyz': () => {
      const reason = whyNotReady();
      return reason === undefined
        ? json(200, { status: 'ok' })
        : json(503, { status: 'unavailable', reason });
    },
    '/metrics': async () => {
      const { contentType, text } = await metrics();
      return { status: 200, type: contentType, body: text };
    },
    [JWKS_PATH]: () => ({ status: 200, type: 'application/json;charset=utf-8', body: jwks() }),
  };
  return startHttpListener({
    listen,
    tls: undefined,
    headerLimit: 16 * 1024,
    onBug,
    handle(request, response) {
      request.resume();
      const path = (request.url ?? '').replace(/\?.*$/s, '');
      const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      const answer = route === undefined || !isRead ? json(404, { status: 'not found' }) : route();
      Promise.resolve(answer)
        .then(({ status, type, body }) => {
          response.writeHead(status, {
            'content-type': type,
            'content-length': Buffer.byteLength(body),
            'cache-control': 'no-store',
          });
          response.end(body);
        })
        .catch((error) => {
          onBug(error, '');
          response.destroy();
        });
    },
  });
}

function json(status: number, body: Readonly<Record<string, string>>): Answer {
  return { status, type: 'application/json;charset=utf-8', body: JSON.stringify(body) };
}
