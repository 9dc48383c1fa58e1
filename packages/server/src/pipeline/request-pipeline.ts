import type { GuardRequest, Principal } from '@claviger/guard';
import { type GuardRefusal, PeerUnavailable, readSignature, retryHeaders } from '@claviger/guard/internal';
import { NoncesUnavailable } from '@claviger/guard/redis';
import { Refusal } from '../errors/refusal.ts';
import { SecretUnreadable } from '../secrets/sealed-text.ts';
import { SessionAuthenticator } from '../session/session-authenticator.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { accountOfKey } from '../tokens/account-of-key.ts';
import { switchedRoleReader } from '../tokens/switch-role.ts';
import type { Answer } from '../wire/answer.ts';
import { encodeAnswer, encodeError } from '../wire/encoding.ts';
import type { OpenedStream } from '../wire/opened-stream.ts';
import { formatWithoutParameter, headerOf, requestFormat } from '../wire/request-format.ts';
import { assertAcceptedForm, SignatureRefused } from './authenticate-signature.ts';
import { createCallRecord } from './call-record.ts';
import type { AnyOperation } from './operation.ts';
import type { Registry } from './registry.ts';
import { createRequestContext, type RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import { serveAnonymousOperation } from './serve-anonymous-operation.ts';
import { serveAuthorizedOperation } from './serve-authorized-operation.ts';
import { serveConsoleOperation } from './serve-console-operation.ts';
import { serveStreamOperation } from './serve-stream-operation.ts';
import { warnOfUnknownParameters } from './unknown-parameters.ts';

/** Answer that is handed to the listener. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Whole body, or a stream. */
  readonly body: string | OpenedStream;
}

/** Report of a finished call, for metrics and logs. */
export interface FinishedCall {
  readonly requestId: string;
  readonly operation: AnyOperation | undefined;
  /** Code of the refusal; empty for a success. */
  readonly code: string;
  /** Answer of a success; its `Secret`s stay closed. */
  readonly answer: Answer | undefined;
  /** Status of the answer. */
  readonly status: number;
  /** Verified caller; `undefined` if the request was refused before, or needs none. */
  readonly principal: Principal | undefined;
  /** Key that the request names, which is not verified if `principal` is absent; empty without one. */
  readonly accessKeyId: string;
  readonly sourceAddress: string;
  /** Seconds from the complete request to the answer. */
  readonly seconds: number;
}

/** Options of the pipeline. */
export interface RequestPipelineOptions extends Omit<RequestDependencies, 'sessionAuthenticator'> {
  readonly registry: Registry;
  /** URL of the console, from the configuration; `undefined`: any host name is accepted. */
  readonly publicUrl: URL | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Age of this node's knowledge of changes beyond which it decides nothing from memory, in milliseconds. */
  readonly maxStalenessMs: number;
  /** Reports an error that is a bug of Claviger, with the request id that the client received. */
  readonly reportBug: (requestId: string, error: unknown) => void;
  readonly finished: (call: FinishedCall) => void;
  /** Told of each request whose sender was verified, whatever was answered. */
  readonly verified?: ((request: GuardRequest, identity: CallerIdentity) => void) | undefined;
}

/**
 * Pipeline of every request to the control plane: authenticate, authorise, execute, audit. Dispatches on
 * `operation.access` and the kind of request to one of four modules: `serve-authorized-operation`,
 * `serve-stream-operation`, `serve-console-operation`, `serve-anonymous-operation`.
 */
export class RequestPipeline {
  readonly #parts: RequestPipelineOptions;
  readonly #dependencies: RequestDependencies;

  constructor(parts: RequestPipelineOptions) {
    const { guard, source, services, audit, rootKeyUsed } = parts;
    this.#parts = parts;
    this.#dependencies = {
      guard,
      sessionAuthenticator: new SessionAuthenticator({
        ...parts,
        readSwitchedRole: switchedRoleReader(services),
      }),
      source,
      services,
      audit,
      rootKeyUsed,
    };
  }

  /**
   * Answers a request; never throws.
   * @param request with its whole body
   */
  async answer(request: GuardRequest): Promise<ApiAnswer> {
    const { services, now } = this.#parts;
    const context = createRequestContext(request, services.identifiers.requestId(), now());
    const { span } = context;
    try {
      return await (span === undefined ? this.#travel(context) : span.run(() => this.#travel(context)));
    } catch (error) {
      return await this.#failure(context, error);
    } finally {
      if (context.identity !== undefined) this.#parts.verified?.(request, context.identity);
    }
  }

  async #travel(context: RequestContext): Promise<ApiAnswer> {
    const { request } = context;
    const { registry } = this.#parts;

    const signature = readSignature(request, { acceptsPresigned: true });
    if ('refused' in signature) {
      context.format = formatWithoutParameter(request, undefined);
      throw new SignatureRefused(signature);
    }
    context.signature = signature;
    const { parameters, action = '', version = '' } = signature;
    context.action = action;
    context.version = version;
    // Set before anything can be refused: a client that asks for XML gets refusals in XML as well.
    const product = registry.productOf(version);
    context.format = formatWithoutParameter(request, product);
    context.format = requestFormat(request, parameters, product);
    if (action === '') throw new Refusal('Missing', { name: 'Action' });
    if (version === '') throw new Refusal('Missing', { name: 'Version' });
    const near = registry.suggestionFor(version, action);
    if (near !== undefined) context.warnings.add(`there is no operation of this name, did you mean ${near}?`);
    const operation = registry.find(version, action);
    context.operation = operation;
    assertAcceptedForm(operation, signature);
    warnOfUnknownParameters(context.warnings, operation, parameters);
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new Refusal('UnsupportedHTTPMethod');
    }

    const isCurrent = this.#parts.services.store.isCurrent(this.#parts.maxStalenessMs);
    // Credentials, accounts and policies in memory may be older than a revocation otherwise.
    if (isCurrent !== true && !(await isCurrent)) throw new Refusal('ServiceUnavailable.CredentialsStale');

    const dependencies = this.#dependencies;
    switch (operation.access) {
      case 'anonymous':
        return this.#success(
          context,
          await serveAnonymousOperation(dependencies, context, operation, signature),
        );
      case 'console':
        return this.#success(
          context,
          await serveConsoleOperation(dependencies, context, operation, signature),
        );
      case 'stream':
        return this.#opened(context, await serveStreamOperation(dependencies, context, operation, signature));
      case 'read':
      case 'write':
        return this.#success(
          context,
          await serveAuthorizedOperation(dependencies, context, operation, signature),
        );
    }
  }

  #success(context: RequestContext, answer: Answer): ApiAnswer {
    this.#finish(context, 200, '', answer);
    const { contentType, body } = encodeAnswer(context.format, context.action, context.requestId, answer);
    return { status: 200, headers: headersOf(context, contentType), body };
  }

  #opened(context: RequestContext, opened: OpenedStream): ApiAnswer {
    this.#finish(context, 200, '', {});
    // Tells reverse proxies not to buffer the stream.
    const headers = { ...headersOf(context, opened.contentType), 'x-accel-buffering': 'no' };
    return { status: 200, headers, body: opened };
  }

  async #failure(context: RequestContext, error: unknown): Promise<ApiAnswer> {
    const { audit, guard, reportBug } = this.#parts;
    const refusal = this.#refusalOf(context, error);
    const { signature } = context;
    if (signature !== undefined && 'accessKeyId' in signature) {
      context.accessKeyId ||= signature.accessKeyId;
    }
    // The transaction was rolled back, so nothing was touched.
    context.touched = [];
    context.actor = undefined;
    context.event = undefined;
    context.cookies = [];
    try {
      const { code, message } = refusal;
      await audit.append(createCallRecord(guard, context, undefined, { code, message }), () =>
        accountOfKey(this.#parts.services, context.signature),
      );
    } catch (unwritten) {
      // The audit trail reports an outage itself, once; the request is refused either way.
      if (!(unwritten instanceof StoreUnavailable)) reportBug(context.requestId, unwritten);
    }
    this.#finish(context, refusal.httpStatus, refusal.code, undefined);
    const { contentType, body } = encodeError(context.format, {
      requestId: context.requestId,
      hostId: headerOf(context.request, 'host') ?? '',
      code: refusal.code,
      message: refusal.message,
      product: context.operation?.product ?? '',
      accessDenied: refusal instanceof Refusal ? refusal.accessDenied : undefined,
    });
    const waitMs = refusal instanceof Refusal ? refusal.retryAfterMs : undefined;
    return {
      status: refusal.httpStatus,
      headers: { ...headersOf(context, contentType), ...retryHeaders(refusal.code, waitMs) },
      body,
    };
  }

  #refusalOf(context: RequestContext, error: unknown): Refusal | GuardRefusal {
    if (error instanceof Refusal) return error;
    if (error instanceof SignatureRefused) {
      context.accessKeyId ||= error.refusal.accessKeyId ?? '';
      return error.refusal;
    }
    // Logged where the secret failed to open.
    if (error instanceof SecretUnreadable) return new Refusal('StoredSecretDamaged');
    this.#parts.reportBug(context.requestId, error);
    const isOutage =
      error instanceof StoreUnavailable ||
      error instanceof NoncesUnavailable ||
      error instanceof PeerUnavailable;
    return new Refusal(isOutage ? 'ServiceUnavailable' : 'InternalError');
  }

  #finish(context: RequestContext, status: number, code: string, answer: Answer | undefined): void {
    const { requestId, request, operation, identity, accessKeyId } = context;
    const call: FinishedCall = {
      requestId,
      operation,
      code,
      answer,
      status,
      principal: identity?.principal ?? context.actor,
      accessKeyId,
      sourceAddress: identity?.sourceAddress ?? this.#parts.guard.sourceAddress(request),
      seconds: (performance.now() - context.began) / 1000,
    };
    context.span?.end(spanFacts(call));
    this.#parts.finished(call);
  }
}

function headersOf(context: RequestContext, contentType: string): ApiAnswer['headers'] {
  const warning = context.warnings.headerValue;
  const headers = {
    'content-type': contentType,
    'x-acs-request-id': context.requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(warning !== undefined && { 'x-claviger-warning': warning }),
  };
  return context.cookies.length === 0 ? headers : { ...headers, 'set-cookie': [...context.cookies] };
}

/** Returns what the span of a call says: an operation that is not known is not named, as a sender may invent many. */
function spanFacts({ operation, status, code, requestId, principal, sourceAddress }: FinishedCall) {
  return {
    name: operation === undefined ? 'unknown operation' : `${operation.product} ${operation.name}`,
    status,
    code,
    attributes: {
      'claviger.request_id': requestId,
      'client.address': sourceAddress,
      'enduser.id': principal?.arn,
    },
  };
}
