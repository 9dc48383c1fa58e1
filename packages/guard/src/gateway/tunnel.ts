import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { withoutMappedPrefix } from '@claviger/policy';
import { type RefusedRequest, refusalHeaders } from '../decision.ts';
import { HOST_NOT_SERVED, INTERNAL_ERROR, type OwnRefusal, ownRefusal, refused } from '../http/refusal.ts';
import { RequestSpan } from '../http/request-span.ts';
import { type AccessRecord, spanFacts } from './access-record.ts';
import type { Admitted } from './admission.ts';
import { type IncomingHeaders, readIncomingHeaders } from './incoming-headers.ts';
import { onwardHeaders } from './onward-headers.ts';
import { responseHeaders } from './response-headers.ts';
import type { ProxiedService, ReverseProxy } from './reverse-proxy.ts';
import type { Exchange } from './upstream.ts';

const NO_BODY = Buffer.alloc(0);

/**
 * Passes a WebSocket through: the opening request is verified as any other, and data afterwards is passed on
 * unread, both ways. Nothing of the client is passed on before the service has agreed: it could be taken for
 * a request.
 *
 * @param head data that the client has sent after its request
 */
export function openTunnel(
  proxy: ReverseProxy,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const { options } = proxy;
  const began = options.ticks();
  const span = RequestSpan.start(request.method!, request.rawHeaders);
  const peerAddress = withoutMappedPrefix(request.socket.remoteAddress ?? '');
  const incoming = readIncomingHeaders(request.rawHeaders, request.httpVersion);
  const host = 'httpStatus' in incoming ? '' : incoming.host;
  let service: ProxiedService | undefined;
  let admitted: Admitted | undefined;
  let refusal: RefusedRequest | undefined;
  let exchange: Exchange | undefined;
  let status = 499;
  socket.on('error', () => {});
  socket.once('close', () => {
    exchange?.abort();
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const record: AccessRecord = {
      requestId: admitted?.requestId ?? refusal?.requestId ?? '',
      method: request.method!,
      path: mark < 0 ? url : url.slice(0, mark),
      host,
      service: service?.admission.service ?? '',
      status,
      code: refusal?.code ?? '',
      by: admitted?.decision ?? refusal,
      peerAddress,
      upstream: exchange?.address ?? '',
      milliseconds: options.ticks() - began,
    };
    span?.end(spanFacts(record));
    options.onDone(record);
  });

  const doubt = open();
  if (doubt === undefined) void check();
  else refuse(doubt);

  function open(): OwnRefusal | undefined {
    if ('httpStatus' in incoming) return incoming;
    service = options.serviceFor(incoming.host);
    if (service === undefined) return HOST_NOT_SERVED;
    const isWebSocket = incoming.upgrade?.toLowerCase() === 'websocket' && request.method === 'GET';
    if (service.upgrades && isWebSocket && incoming.length === 0) return undefined;
    return ownRefusal('UnsupportedUpgrade');
  }

  async function check(): Promise<void> {
    const whole = {
      method: 'GET',
      target: request.url!,
      rawHeaders: request.rawHeaders,
      body: NO_BODY,
      peerAddress,
      secure: options.secure,
    };
    try {
      const outcome = await service!.admission.admit(whole, incoming as IncomingHeaders);
      if (socket.destroyed) return;
      if (outcome.allowed) pass(outcome);
      else refuseWith(outcome);
    } catch (error) {
      const bug = refused(INTERNAL_ERROR, host, request);
      options.onBug(error, bug.requestId);
      refuseWith(bug);
    }
  }

  function pass(outcome: Admitted): void {
    admitted = outcome;
    const { upstream, maxUpgradeMs } = service!;
    const peer = { address: peerAddress, isTrusted: options.isTrusted(peerAddress) };
    const onward = onwardHeaders(incoming as IncomingHeaders, outcome, service!, peer);
    const headers = span?.passOn(onward) ?? onward;
    headers.push('connection', 'upgrade', 'upgrade', 'websocket');
    const sent = { method: 'GET', target: outcome.target, headers, body: undefined, lastOnConnection: false };
    exchange = upstream.send(sent, {
      connected() {},
      answered(response) {
        status = response.statusCode!;
        socket.write(
          headOf(status, [...responseHeaders(response.rawHeaders), 'connection', 'close']),
          'latin1',
        );
        response.pipe(socket);
        response.on('error', () => socket.destroy());
        // The client's side would otherwise stay open as long as the client wants.
        socket.once('finish', () => socket.destroy());
      },
      upgraded(response, onward, said) {
        status = 101;
        const fields = [
          ...responseHeaders(response.rawHeaders),
          'connection',
          'upgrade',
          'upgrade',
          'websocket',
        ];
        socket.write(headOf(101, fields), 'latin1');
        socket.write(said);
        onward.write(head);
        join(socket, onward, maxUpgradeMs);
      },
      failed: refuse,
    });
  }

  function refuse(own: OwnRefusal): void {
    refuseWith(refused(own, host, request, admitted?.requestId));
  }

  function refuseWith(answer: RefusedRequest): void {
    if (socket.destroyed) return;
    refusal = answer;
    status = answer.httpStatus;
    const fields = Object.entries(refusalHeaders(answer)).flat();
    fields.push('content-length', String(Buffer.byteLength(answer.errorBody)), 'connection', 'close');
    socket.end(headOf(status, fields) + answer.errorBody, () => socket.destroy());
  }
}

/** Passes data both ways until one side is closed or the time is up. */
function join(client: Duplex, service: Duplex, maxMs: number): void {
  const timer = setTimeout(() => client.destroy(), maxMs);
  client.once('close', () => {
    clearTimeout(timer);
    service.destroy();
  });
  service.once('close', () => client.destroy());
  service.on('error', () => client.destroy());
  client.pipe(service);
  service.pipe(client);
}

function headOf(status: number, fields: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return `${text}\r\n`;
}
