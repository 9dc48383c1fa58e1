import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { expressBodyErrors, expressGuard } from '../src/adapters/express.ts';
import { fastifyGuard } from '../src/adapters/fastify.ts';
import { fetchGuard } from '../src/adapters/fetch.ts';
import { type ClavigerVariables, honoGuard } from '../src/adapters/hono.ts';
import { type BodyOptions, protect } from '../src/adapters/node-http.ts';
import type { GuardedCall, ServiceGuard } from '../src/index.ts';

/** A protected service that runs. */
export interface RunningService extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** What its handlers were called for: `orders:GetOrder`, and `… read` once they have read a body to its end. */
  readonly handled: string[];
}

/**
 * The same small service on every framework: `GET` answers who calls, `POST /orders` what its JSON parser made of
 * the body, `PUT /files/…` how many bytes it has read itself.
 */
export type ServiceMaker = (guard: ServiceGuard, options?: BodyOptions) => Promise<RunningService>;

/** What the service answers. */
export interface Answer {
  readonly action: string;
  readonly resource: string;
  readonly arn: string;
  readonly accessKeyId: string;
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly body?: unknown;
  readonly bytes?: number;
}

export const services: Readonly<Record<string, ServiceMaker>> = {
  'node:http': (guard, options) =>
    listening((handled) =>
      protect(
        guard,
        async (request, response) => {
          const call = request.claviger;
          handled.push(call.action);
          if (request.method === 'GET') return answer(response, call);
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk as Buffer);
          handled.push(`${call.action} read`);
          const body = Buffer.concat(chunks);
          if (request.method === 'PUT') return answer(response, call, { bytes: body.length });
          return answer(response, call, { body: readBody(body, request.headers['content-type']) });
        },
        options,
      ),
    ),

  Express: (guard, options) =>
    listening((handled) => {
      const app = express();
      app.use(expressGuard(guard, options));
      app.use(express.json({ limit: '10mb' }), express.urlencoded({ extended: false }));
      app.get('/{*path}', (request, response) => {
        handled.push(request.claviger!.action);
        response.json(answerOf(request.claviger!));
      });
      app.post('/{*path}', (request, response) => {
        handled.push(request.claviger!.action, `${request.claviger!.action} read`);
        response.json(answerOf(request.claviger!, { body: request.body as unknown }));
      });
      app.put('/{*path}', async (request, response) => {
        handled.push(request.claviger!.action);
        let bytes = 0;
        for await (const chunk of request) bytes += (chunk as Buffer).length;
        handled.push(`${request.claviger!.action} read`);
        response.json(answerOf(request.claviger!, { bytes }));
      });
      app.use(expressBodyErrors(guard));
      return app;
    }),

  Fastify: async (guard, options) => {
    const handled: string[] = [];
    const app = fastify({ bodyLimit: 10_000_000 });
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
    );
    await app.register(fastifyGuard, { guard, ...options });
    app.get('/*', async (request) => {
      handled.push(request.claviger!.action);
      return answerOf(request.claviger!);
    });
    app.post('/*', async (request) => {
      handled.push(request.claviger!.action, `${request.claviger!.action} read`);
      return answerOf(request.claviger!, { body: request.body ?? undefined });
    });
    app.put('/*', async (request) => {
      handled.push(request.claviger!.action);
      let bytes = 0;
      for await (const chunk of request.body as Readable) bytes += (chunk as Buffer).length;
      handled.push(`${request.claviger!.action} read`);
      return answerOf(request.claviger!, { bytes });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}`,
      port,
      handled,
      async [Symbol.asyncDispose]() {
        app.server.closeAllConnections();
        await app.close();
      },
    };
  },

  Hono: (guard, options) =>
    listening((handled) => {
      const app = new Hono<{ Variables: ClavigerVariables }>();
      app.use(honoGuard(guard, options));
      app.onError((_error, context) => context.text('the handler failed', 500));
      app.get('/*', (context) => {
        handled.push(context.get('claviger').action);
        return context.json(answerOf(context.get('claviger')));
      });
      app.post('/*', async (context) => {
        const call = context.get('claviger');
        handled.push(call.action);
        const isForm = context.req.header('content-type')?.startsWith('application/x-www-form-urlencoded');
        const body: unknown = await (isForm
          ? context.req.parseBody()
          : context.req.json().catch(rethrowBody));
        handled.push(`${call.action} read`);
        return context.json(answerOf(call, { body }));
      });
      app.put('/*', async (context) => {
        const call = context.get('claviger');
        handled.push(call.action);
        const bytes = (await context.req.arrayBuffer()).byteLength;
        handled.push(`${call.action} read`);
        return context.json(answerOf(call, { bytes }));
      });
      return overNode((request, incoming) => app.fetch(request, { incoming }));
    }),

  fetch: (guard, options) =>
    listening((handled) =>
      overNode(
        fetchGuard(
          guard,
          async (request, call, _incoming: IncomingMessage) => {
            handled.push(call.action);
            if (request.method === 'GET') return Response.json(answerOf(call));
            const body = Buffer.from(await request.arrayBuffer());
            handled.push(`${call.action} read`);
            if (request.method === 'PUT') return Response.json(answerOf(call, { bytes: body.length }));
            return Response.json(
              answerOf(call, { body: readBody(body, request.headers.get('content-type') ?? undefined) }),
            );
          },
          {
            ...options,
            connection: (_request, { socket }) => ({
              peerAddress: socket.remoteAddress ?? '',
              secure: false,
            }),
          },
        ),
      ),
    ),
};

/** An empty body is no JSON, and no mistake either. */
function rethrowBody(error: unknown): undefined {
  if (error instanceof SyntaxError) return undefined;
  throw error;
}

function readBody(body: Buffer, type: string | undefined): unknown {
  const text = body.toString();
  if (type?.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

function answerOf(call: GuardedCall, more: Partial<Answer> = {}): Answer {
  const { action, resource, accessKeyId, requestId, sourceAddress, principal } = call;
  return { action, resource, accessKeyId, requestId, sourceAddress, arn: principal.arn, ...more };
}

function answer(response: ServerResponse, call: GuardedCall, more: Partial<Answer> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answerOf(call, more)));
}

/** A server of `node:http` on a port of its own. */
export async function listening(make: (handled: string[]) => RequestListener): Promise<RunningService> {
  const handled: string[] = [];
  const server: Server = createServer(make(handled)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    handled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Serves a fetch handler over `node:http`, as adapters of fetch frameworks do. */
function overNode(
  handle: (request: Request, incoming: IncomingMessage) => Response | Promise<Response>,
): RequestListener {
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = new Headers();
    for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
      headers.append(incoming.rawHeaders[at]!, incoming.rawHeaders[at + 1]!);
    }
    const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
    const request = new Request(`http://${incoming.headers.host ?? 'localhost'}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers,
      ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } : {}),
    });
    const answered = await handle(request, incoming);
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    response.end(Buffer.from(await answered.arrayBuffer()));
  };
  return (incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  };
}
