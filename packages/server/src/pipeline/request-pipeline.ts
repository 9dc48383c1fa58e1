import { type GuardRefusal, type GuardRequest, readSignature, retryHeaders } from '@claviger/guard';
import { NoncesUnavailable } from '@claviger/guard/redis';
import { accountOfKey } from '../tokens/account-of-key.ts';
import { Refusal } from '../errors/refusal.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import { ConsoleGate } from '../session/session-authenticator.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { receiveVisit } from './serve-anonymous-operation.ts';
import { serveCall } from './serve-authorized-operation.ts';
import { waitOf } from './call-rate.ts';
import { recordOf } from './call-record.ts';
import { encodeAnswer, encodeError } from '../wire/encoding.ts';
import { beginJourney, type Journey } from './request-context.ts';
import type { Answer, AnyOperation, OpenedStream } from './operation.ts';
import type { Registry } from './registry.ts';
import { headerOf, requestFormat } from '../wire/request-format.ts';
import type { Road } from './request-dependencies.ts';
import { passDoor } from './serve-console-operation.ts';
import { SignatureRefused } from './authenticate-signature.ts';
import { openStream } from './serve-stream-operation.ts';
import { warnOfUnknownParameters } from './unknown-parameters.ts';

/** What goes back to the listener. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The whole, or a stream. */
  readonly body: string | OpenedStream;
}

/** What is told of each finished call, to whoever counts or watches. */
export interface FinishedCall {
  readonly operation: AnyOperation | undefined;
  /** Of the refusal; empty for a success. */
  readonly code: string;
  /** Of a success; its `Secret`s stay closed. */
  readonly answer: Answer | undefined;
  /** From the request being complete to its answer. */
  readonly seconds: number;
}

/** What the road needs. */
export interface ApiParts extends Omit<Road, 'gate'> {
  readonly registry: Registry;
  /** Where the operator says the console is; undefined when every host that reaches us will do. */
  readonly publicUrl: URL | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of errors that are bugs of ours, with the id the client was given. */
  readonly reportBug: (requestId: string, error: unknown) => void;
  readonly finished: (call: FinishedCall) => void;
}

/**
 * The one road of every request to the control plane: who sent it, may they, do it, write it down. By what an operation
 * lets in, the way leads through one of four files: `authorized-call` for whoever has signed (`signed-caller`) or calls
 * from a session (`session-caller`), `stream`, `session-door` for whoever signs in, `anonymous-visit`.
 */
export class Api {
  readonly #parts: ApiParts;
  readonly #road: Road;

  constructor(parts: ApiParts) {
    const { guard, source, services, audit, rootKeyUsed } = parts;
    this.#parts = parts;
    this.#road = { guard, gate: new ConsoleGate(parts), source, services, audit, rootKeyUsed };
  }

  /**
   * Answers a request; never throws.
   * @param request as it arrived, with its whole body
   */
  async answer(request: GuardRequest): Promise<ApiAnswer> {
    const { services, now } = this.#parts;
    const journey = beginJourney(request, services.identifiers.requestId(), now());
    try {
      return await this.#travel(journey);
    } catch (error) {
      return await this.#failure(journey, error);
    }
  }

  async #travel(journey: Journey): Promise<ApiAnswer> {
    const { request } = journey;
    const { registry } = this.#parts;

    const signature = readSignature(request);
    if ('refused' in signature) {
      journey.format = requestFormat(request, new Map(), undefined);
      throw new SignatureRefused(signature);
    }
    journey.signature = signature;
    const { parameters, action = '', version = '' } = signature;
    journey.action = action;
    journey.version = version;
    // Before anything else can be refused: whoever asks for XML reads a refusal in XML.
    journey.format = requestFormat(request, parameters, registry.productOf(version));
    if (action === '') throw new Refusal('Missing', { name: 'Action' });
    if (version === '') throw new Refusal('Missing', { name: 'Version' });
    const operation = registry.find(version, action);
    journey.operation = operation;
    warnOfUnknownParameters(journey.warnings, operation, parameters);
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new Refusal('UnsupportedHTTPMethod', { method: request.method.slice(0, 16) });
    }

    const road = this.#road;
    switch (operation.access) {
      case 'anonymous':
        return this.#success(journey, await receiveVisit(road, journey, operation, signature));
      case 'console':
        return this.#success(journey, await passDoor(road, journey, operation, signature));
      case 'stream':
        return this.#opened(journey, await openStream(road, journey, operation, signature));
      case 'read':
      case 'write':
        return this.#success(journey, await serveCall(road, journey, operation, signature));
    }
  }

  #success(journey: Journey, answer: Answer): ApiAnswer {
    this.#finish(journey, '', answer);
    const { contentType, body } = encodeAnswer(journey.format, journey.action, journey.requestId, answer);
    return { status: 200, headers: headersOf(journey, contentType), body };
  }

  #opened(journey: Journey, opened: OpenedStream): ApiAnswer {
    this.#finish(journey, '', {});
    // Said to proxies that would collect an answer before they pass it on.
    const headers = { ...headersOf(journey, opened.contentType), 'x-accel-buffering': 'no' };
    return { status: 200, headers, body: opened };
  }

  async #failure(journey: Journey, error: unknown): Promise<ApiAnswer> {
    const { audit, guard, reportBug } = this.#parts;
    const refusal = this.#refusalOf(journey, error);
    const { signature } = journey;
    if (signature !== undefined && 'accessKeyId' in signature) {
      journey.accessKeyId ||= signature.accessKeyId;
    }
    // What was touched was rolled back.
    journey.touched = [];
    journey.actor = undefined;
    journey.event = undefined;
    journey.cookies = [];
    try {
      const { code, message } = refusal;
      await audit.append(recordOf(guard, journey, undefined, { code, message }), () =>
        accountOfKey(this.#parts.services, journey.signature),
      );
    } catch (unwritten) {
      // The trail tells of an outage itself, once; the refusal stands either way.
      if (!(unwritten instanceof StoreUnavailable)) reportBug(journey.requestId, unwritten);
    }
    this.#finish(journey, refusal.code, undefined);
    const { contentType, body } = encodeError(journey.format, {
      requestId: journey.requestId,
      hostId: headerOf(journey.request, 'host') ?? '',
      code: refusal.code,
      message: refusal.message,
      product: journey.operation?.product ?? '',
      accessDenied: refusal instanceof Refusal ? refusal.accessDenied : undefined,
    });
    const wait = waitOf(refusal.code, refusal instanceof Refusal ? refusal.retryAfterMs : undefined);
    const headers = headersOf(journey, contentType);
    return {
      status: refusal.httpStatus,
      headers: wait === undefined ? headers : { ...headers, ...retryHeaders(wait) },
      body,
    };
  }

  #refusalOf(journey: Journey, error: unknown): Refusal | GuardRefusal {
    if (error instanceof Refusal) return error;
    if (error instanceof SignatureRefused) {
      journey.accessKeyId ||= error.refusal.accessKeyId ?? '';
      return error.refusal;
    }
    // The log was told of it where it did not open.
    if (error instanceof SecretUnreadable) return new Refusal('StoredSecretDamaged');
    this.#parts.reportBug(journey.requestId, error);
    const isOutage = error instanceof StoreUnavailable || error instanceof NoncesUnavailable;
    return new Refusal(isOutage ? 'ServiceUnavailable' : 'InternalError');
  }

  #finish(journey: Journey, code: string, answer: Answer | undefined): void {
    const seconds = (performance.now() - journey.began) / 1000;
    this.#parts.finished({ operation: journey.operation, code, answer, seconds });
  }
}

function headersOf(journey: Journey, contentType: string): ApiAnswer['headers'] {
  const warning = journey.warnings.headerValue;
  const headers = {
    'content-type': contentType,
    'x-acs-request-id': journey.requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(warning !== undefined && { 'x-claviger-warning': warning }),
  };
  return journey.cookies.length === 0 ? headers : { ...headers, 'set-cookie': [...journey.cookies] };
}
