import type { IncomingMessage, ServerResponse } from 'node:http';
import { withoutMappedPrefix } from '@claviger/policy';
import { type RefusedRequest, refusalHeaders } from '../decision.ts';
import type { GuardHead, GuardRequest } from '../guard.ts';
import {
  bodyTooLarge,
  HOST_NOT_SERVED,
  INTERNAL_ERROR,
  type OwnRefusal,
  ownRefusal,
  refused,
} from '../http/refusal.ts';
import { RequestSpan } from '../http/request-span.ts';
import { methodOverride, methodRefusal } from '../method-override.ts';
import { BodyCheck, type BodyError } from '../verifying-body.ts';
import { type AccessRecord, spanFacts } from './access-record.ts';
import type { Admitted } from './admission.ts';
import { ClientBody } from './client-body.ts';
import { type IncomingHeaders, readIncomingHeaders } from './incoming-headers.ts';
import { onwardHeaders } from './onward-headers.ts';
import { responseHeaders } from './response-headers.ts';
import type { ProxiedService, ReverseProxy } from './reverse-proxy.ts';
import { type Exchange, type UpstreamFailure, type UpstreamListener, upstreamFailure } from './upstream.ts';

/** Maximum size of a body that is read whole before the service is contacted. */
const SMALL_BODY = 64 * 1024;
/** Maximum size of a form, which is read whole since its parameters may decide. */
const FORM_LIMIT = 1024 * 1024;
/** Timeout for a form that RPC 1.0 signs, in milliseconds: its sender is not authenticated yet. */
const FORM_MS = 30_000;
const NO_BODY = Buffer.alloc(0);
/** Methods that normally have no body. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS']);
/** Methods for proxies and diagnostics, which are never passed on. */
const NEVER_PASSED_ON: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT']);

/** Request on its way through a {@link ReverseProxy}. */
export class ProxiedRequest implements UpstreamListener {
  readonly #proxy: ReverseProxy;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #awaitsContinue: boolean;
  readonly #began: number;
  readonly #peerAddress: string;
  readonly #span: RequestSpan | undefined;
  #incoming: IncomingHeaders | undefined;
  #body!: ClientBody;
  #service: ProxiedService | undefined;
  #admitted: Admitted | undefined;
  #refusal: RefusedRequest | undefined;
  #exchange: Exchange | undefined;
  #isOver = false;

  constructor(
    proxy: ReverseProxy,
    request: IncomingMessage,
    response: ServerResponse,
    awaitsContinue: boolean,
  ) {
    this.#proxy = proxy;
    this.#request = request;
    this.#response = response;
    this.#awaitsContinue = awaitsContinue;
    this.#began = proxy.options.ticks();
    this.#peerAddress = withoutMappedPrefix(request.socket.remoteAddress ?? '');
    this.#span = RequestSpan.start(request.method!, request.rawHeaders);
  }

  start(): void {
    const request = this.#request;
    const own = this.#proxy.options.ownPaths.get(request.url!);
    const refusal = this.#open();
    if (refusal !== undefined) this.#refuse(refusal);
    else if (own !== undefined && (request.method === 'GET' || request.method === 'HEAD'))
      this.#answer(200, own());
    else this.#check();
  }

  /** Called when the connection to the client is done with this request, or closed. */
  closed(): void {
    this.#isOver = true;
    const isWhole = this.#response.writableFinished;
    if (!isWhole) this.#exchange?.abort();
    const { method, url = '' } = this.#request;
    const mark = url.indexOf('?');
    const refusal = this.#refusal;
    const record: AccessRecord = {
      requestId: this.#admitted?.requestId ?? refusal?.requestId ?? '',
      method: method!,
      path: mark < 0 ? url : url.slice(0, mark),
      host: this.#incoming?.host ?? '',
      service: this.#service?.admission.service ?? '',
      status: isWhole ? this.#response.statusCode : 499,
      code: refusal?.code ?? '',
      by: this.#admitted?.decision ?? refusal,
      peerAddress: this.#peerAddress,
      upstream: this.#exchange?.address ?? '',
      milliseconds: this.#proxy.options.ticks() - this.#began,
    };
    this.#span?.end(spanFacts(record));
    this.#proxy.options.onDone(record);
  }

  /** Determines the service of the request. @returns a refusal if there is none */
  #open(): OwnRefusal | undefined {
    const { options } = this.#proxy;
    const { rawHeaders, httpVersion, method, url } = this.#request;
    const incoming = readIncomingHeaders(rawHeaders, httpVersion);
    const isUnclear = 'httpStatus' in incoming;
    this.#body = new ClientBody(this.#request, isUnclear || incoming.length !== 0);
    if (isUnclear) return incoming;
    this.#incoming = incoming;
    const { host, length } = incoming;
    if (options.ownPaths.has(url!)) return undefined;
    this.#service = options.serviceFor(host);
    if (this.#service === undefined) return HOST_NOT_SERVED;
    if (NEVER_PASSED_ON.has(method!)) {
      return ownRefusal('UnsupportedHTTPMethod');
    }
    const limit = options.bodyLimit();
    return length !== 'chunked' && length > limit ? bodyTooLarge(limit) : undefined;
  }

  #check(): void {
    const { length, mayBeSignedForm } = this.#incoming!;
    if (length === 0) {
      this.#admit(NO_BODY);
    } else if (mayBeSignedForm) {
      const late = setTimeout(() => {
        this.#refuse(ownRefusal('RequestTimeout'));
      }, FORM_MS);
      this.#response.once('close', () => clearTimeout(late));
      this.#continue();
      this.#collect(this.#bodyLimit(true), (body) => {
        clearTimeout(late);
        this.#admit(body);
      });
    } else {
      this.#admit(undefined);
    }
  }

  #admit(body: Buffer | undefined): void {
    const request = this.#request;
    const asked = {
      method: request.method!,
      target: request.url!,
      rawHeaders: request.rawHeaders,
      peerAddress: this.#peerAddress,
      secure: this.#proxy.options.secure,
      body,
    };
    try {
      const outcome = this.#service!.admission.admit(asked as GuardRequest | GuardHead, this.#incoming!);
      if (outcome instanceof Promise) {
        outcome.then((settled) => this.#settled(settled)).catch((error) => this.#failedByBug(error));
      } else {
        this.#settled(outcome);
      }
    } catch (error) {
      this.#failedByBug(error);
    }
  }

  #settled(outcome: Admitted | RefusedRequest): void {
    if (this.#isOver) return;
    if (!outcome.allowed) {
      this.#refuseWith(outcome);
      return;
    }
    this.#admitted = outcome;
    const { contentHash } = outcome;
    if (contentHash === undefined) {
      this.#send(outcome.body);
      return;
    }
    this.#continue();
    const { length, isForm } = this.#incoming!;
    if (!isForm && (length === 'chunked' || length > SMALL_BODY)) {
      this.#send('stream');
      return;
    }
    const limit = this.#bodyLimit(isForm);
    const check = new BodyCheck(contentHash, limit);
    this.#collect(limit, (body) => {
      const problem = check.add(body) ?? check.end() ?? (isForm ? this.#formProblem(body) : undefined);
      if (problem === undefined) this.#send(body);
      else this.#refuse(problem);
    });
  }

  #bodyLimit(isForm: boolean): number {
    const limit = this.#proxy.options.bodyLimit();
    return isForm ? Math.min(FORM_LIMIT, limit) : limit;
  }

  /** Returns what in a form could turn this request into another one. The guard has seen its head only. */
  #formProblem(body: Buffer): OwnRefusal | undefined {
    const override = methodOverride(new URLSearchParams(body.toString()), this.#request.method!);
    return override === undefined ? undefined : methodRefusal(override);
  }

  #collect(limit: number, whole: (body: Buffer) => void): void {
    this.#body.collect(limit, whole, () => this.#refuse(bodyTooLarge(limit)));
  }

  #continue(): void {
    if (this.#awaitsContinue) this.#response.writeContinue();
  }

  #send(body: Buffer | 'stream' | undefined): void {
    const admitted = this.#admitted!;
    const incoming = this.#incoming!;
    const service = this.#service!;
    const address = this.#peerAddress;
    const isTrusted = this.#proxy.options.isTrusted(address);
    const method = this.#request.method!;
    const onward = onwardHeaders(incoming, admitted, service, { address, isTrusted });
    const headers = this.#span?.passOn(onward) ?? onward;
    let hasBody = true;
    if (body === 'stream') {
      if (incoming.length === 'chunked') headers.push('transfer-encoding', 'chunked');
      else headers.push('content-length', String(incoming.length));
    } else if (body !== undefined && body.length > 0) {
      headers.push('content-length', String(body.length));
    } else {
      hasBody = false;
      if (!WITHOUT_BODY.has(method)) headers.push('content-length', '0');
    }
    // A service that does not read such a body would take it for the next request on this connection.
    const lastOnConnection = hasBody && WITHOUT_BODY.has(method);
    if (lastOnConnection) headers.push('connection', 'close');
    const { target } = admitted;
    const sent = { method, target, headers, body: hasBody ? body : undefined, lastOnConnection };
    this.#exchange = service.upstream.send(sent, this);
  }

  /** Part of {@link UpstreamListener}: the body can be sent. */
  connected(onward: Parameters<UpstreamListener['connected']>[0]): void {
    const check = new BodyCheck(this.#admitted!.contentHash!, this.#proxy.options.bodyLimit());
    // The last chunk waits for the digest, so that a wrong body is never complete.
    let held: Buffer | undefined;
    this.#body.read(
      (chunk) => {
        const problem = check.add(chunk);
        if (problem !== undefined) {
          this.#giveUpBody(problem);
          return false;
        }
        if (held !== undefined && !onward.write(held)) this.#body.pause();
        held = chunk;
        return true;
      },
      () => {
        const problem = check.end();
        if (problem !== undefined) this.#giveUpBody(problem);
        else onward.end(held);
      },
    );
    onward.on('drain', () => this.#body.resume());
  }

  #giveUpBody(problem: BodyError): void {
    this.#body.stop();
    this.#exchange!.abort();
    if (this.#response.headersSent) this.#response.destroy();
    else this.#refuse(problem);
  }

  /** Part of {@link UpstreamListener}: the service answers. */
  answered(incoming: IncomingMessage): void {
    const response = this.#response;
    const headers = responseHeaders(incoming.rawHeaders);
    if (this.#proxy.isDraining) headers.push('connection', 'close');
    // A truncated answer must not look complete.
    incoming.on('error', () => response.destroy());
    try {
      response.writeHead(incoming.statusCode!, headers);
    } catch {
      // An invalid status or header.
      incoming.destroy();
      this.failed(upstreamFailure('BadGateway.UpstreamFailed', 'invalid response of the service'));
      return;
    }
    incoming.on('data', (chunk: Buffer) => {
      if (!response.write(chunk)) incoming.pause();
    });
    response.on('drain', () => incoming.resume());
    incoming.on('end', () => {
      response.end();
      if (!this.#body.isOpen) return;
      // The answer was complete before the body: the service does not need the rest of it.
      this.#exchange!.abort();
      this.#body.discard();
    });
  }

  /** Part of {@link UpstreamListener}: there will be no answer. */
  failed(failure: UpstreamFailure): void {
    if (!this.#isOver) this.#refuse(failure);
  }

  #refuse(refusal: OwnRefusal): void {
    this.#refuseWith(refused(refusal, this.#incoming?.host ?? '', this.#request, this.#admitted?.requestId));
  }

  #refuseWith(refusal: RefusedRequest): void {
    this.#refusal = refusal;
    this.#answer(refusal.httpStatus, refusal.errorBody, refusalHeaders(refusal));
  }

  #failedByBug(error: unknown): void {
    const bug = refused(INTERNAL_ERROR, this.#incoming?.host ?? '', this.#request, this.#admitted?.requestId);
    this.#proxy.options.onBug(error, bug.requestId);
    if (this.#response.headersSent) this.#response.destroy();
    else this.#refuseWith(bug);
  }

  #answer(
    status: number,
    text: string,
    headers: Record<string, string> = { 'content-type': 'application/json;charset=utf-8' },
  ): void {
    const response = this.#response;
    const length = this.#incoming?.length;
    const isShort = typeof length === 'number' && length <= SMALL_BODY && !this.#awaitsContinue;
    const keeps = !this.#proxy.isDraining && (!this.#body.isOpen || isShort);
    response.writeHead(status, {
      ...headers,
      'content-length': Buffer.byteLength(text),
      ...(keeps ? {} : { connection: 'close' }),
    });
    if (keeps) {
      response.end(text);
      this.#body.discard();
    } else {
      response.write(text);
      this.#body.discard(() => response.end());
    }
  }
}
