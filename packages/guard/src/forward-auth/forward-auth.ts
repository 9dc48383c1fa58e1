import type { IncomingMessage, ServerResponse } from 'node:http';
import { withoutMappedPrefix } from '@claviger/policy';
import { isTrustedProxy, parseTrustedProxies, type TrustedProxies } from '../client-address.ts';
import type { ServiceGuard } from '../create-guard.ts';
import { type AllowedHead, type RefusedRequest, refusalHeaders } from '../decision.ts';
import { encodeErrorBody } from '../error-body.ts';
import { type AccessRecord, spanFacts } from '../gateway/access-record.ts';
import { IDENTITY_HEADERS, identityHeaders } from '../gateway/identity-headers.ts';
import type { IdentityTokenScope, TokenIssuer } from '../gateway/token-issuer.ts';
import { HOST_NOT_SERVED, INTERNAL_ERROR, type OwnRefusal, ownRefusal, refused } from '../http/refusal.ts';
import { RequestSpan } from '../http/request-span.ts';
import type { ForwardAuthSettings } from './forward-auth-configuration.ts';
import {
  type OriginalRequest,
  originalRequest,
  PROXY_KINDS,
  type ProxyKind,
  spoofedHeader,
} from './original-request.ts';

/** Guard of the requests to a host. */
export interface AskedService {
  readonly guard: ServiceGuard;
  /** Issues tokens for the identity headers; undefined: no tokens. */
  readonly tokens: TokenIssuer | undefined;
}

export interface ForwardAuthOptions {
  /** Returns the service of a host. @param host as the client sent it */
  readonly serviceFor: (host: string) => AskedService | undefined;
  readonly settings: ForwardAuthSettings;
  /** Called when a question is answered. */
  readonly onDone: (record: AccessRecord) => void;
  /** Called for a misconfigured proxy. */
  readonly onMisconfigured: (problem: string) => void;
  /** Called for unexpected errors. */
  readonly onBug: (error: unknown, requestId: string) => void;
  /** Monotonic clock, in milliseconds. */
  readonly ticks: () => number;
}

/**
 * Forward authentication does not see the body: its digest must be in the token, so that the service can
 * compare it.
 */
export const FORWARD_AUTH_TOKENS: IdentityTokenScope = 'request';

/** A peer on a Unix socket has no address and is always a proxy: this address stands in for it. */
const SOCKET_PEER = '127.0.0.1';
/** nginx keeps 4 KiB of a response head by default; this leaves room for the rest. */
const LONGEST_ERROR_HEADER = 2048;
/** Maximum length of a message for nginx, which passes on headers only. */
const LONGEST_MESSAGE = 512;

/** Returns the proxies whose `X-Forwarded-For` is trusted: those that ask, and those in front of them. */
export function trustedByForwardAuth({ listen, proxies, trustedProxies }: ForwardAuthSettings): string[] {
  return [...proxies, ...trustedProxies, ...('path' in listen ? [SOCKET_PEER] : [])];
}

/**
 * Answers proxies that ask whether a request may pass: nginx `auth_request`, Traefik ForwardAuth, Caddy
 * `forward_auth`, Envoy `ext_authz` over HTTP, each at the path with its name.
 *
 * 200 with identity headers: it may, if its body has the digest in `x-claviger-content-sha256`. 401: the
 * sender is not authenticated. 403: authenticated, but denied. 503: no decision is possible now.
 */
export class ForwardAuth {
  readonly #options: ForwardAuthOptions;
  readonly #proxies: TrustedProxies;

  constructor(options: ForwardAuthOptions) {
    this.#options = options;
    this.#proxies = parseTrustedProxies(options.settings.proxies);
  }

  /** Handles a question; listener of the event `request`. */
  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    new Question(this.#options, this.#proxies, request, response).answer();
  };
}

class Question {
  readonly #options: ForwardAuthOptions;
  readonly #proxies: TrustedProxies;
  readonly #isSocket: boolean;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #began: number;
  readonly #peerAddress: string;
  readonly #span: RequestSpan | undefined;
  #kind: ProxyKind | undefined;
  #original: OriginalRequest | undefined;
  #service: AskedService | undefined;

  constructor(
    options: ForwardAuthOptions,
    proxies: TrustedProxies,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#options = options;
    this.#proxies = proxies;
    this.#request = request;
    this.#response = response;
    this.#began = options.ticks();
    this.#span = RequestSpan.start(request.method ?? '', request.rawHeaders);
    this.#isSocket = 'path' in options.settings.listen;
    this.#peerAddress = this.#isSocket
      ? SOCKET_PEER
      : withoutMappedPrefix(request.socket.remoteAddress ?? '');
  }

  answer(): void {
    // The body of the question is ignored: the decision says that it was not seen.
    this.#request.resume();
    const refusal = this.#open();
    if (refusal === undefined) void this.#decide(this.#original!, this.#service!);
    else this.#refuseWith(refused(refusal, this.#original?.host ?? '', this.#originalHead()));
  }

  /** Determines the request in question and its service. @returns a refusal if it cannot be answered */
  #open(): OwnRefusal | undefined {
    const request = this.#request;
    if (!this.#isSocket && !isTrustedProxy(this.#peerAddress, this.#proxies)) {
      return ownRefusal('Forbidden.NotAProxy', { address: this.#peerAddress });
    }
    const [kind, rest] = readPath(request.url ?? '');
    this.#kind = kind;
    if (kind === undefined) {
      const paths = PROXY_KINDS.map((each) => `/${each}`).join(', ');
      return this.#misconfigured(`it asks at another path than ${paths}`);
    }
    const { method = '', rawHeaders } = request;
    const original = originalRequest(kind, { method, rest, rawHeaders });
    if (!original.ok) return this.#misconfigured(original.problem);
    this.#original = original;
    const spoofed = spoofedHeader(original.rawHeaders);
    if (spoofed !== undefined) {
      const message = `The header \`${spoofed.slice(0, 64)}\` may only be set by the proxy, not by clients.`;
      return { httpStatus: 403, code: 'InvalidParameter.Header', message };
    }
    this.#service = this.#options.serviceFor(original.host);
    return this.#service === undefined ? { ...HOST_NOT_SERVED, httpStatus: 403 } : undefined;
  }

  async #decide(original: OriginalRequest, { guard, tokens }: AskedService): Promise<void> {
    const { method, target, rawHeaders } = original;
    try {
      const secure = false;
      const head = { method, target, rawHeaders, peerAddress: this.#peerAddress, secure };
      const decision = await guard.checkHead(head);
      if (decision.allowed) await this.#allow(decision, original, tokens);
      else this.#refuseWith(decision);
    } catch (error) {
      const bug = refused(INTERNAL_ERROR, original.host, this.#originalHead());
      this.#options.onBug(error, bug.requestId);
      if (!this.#response.headersSent) this.#refuseWith(bug);
    }
  }

  async #allow(
    decision: AllowedHead,
    { method, target }: OriginalRequest,
    tokens: TokenIssuer | undefined,
  ): Promise<void> {
    const { contentHash } = decision;
    const headers = identityHeaders(
      decision,
      contentHash.algorithm === 'sha256' ? contentHash.value : undefined,
    );
    headers.push('x-claviger-body', 'unverified', 'cache-control', 'no-store', 'content-length', '0');
    if (tokens !== undefined) {
      headers.push(IDENTITY_HEADERS.identity, await tokens.issue(decision, { method, target, contentHash }));
    }
    this.#response.writeHead(200, headers);
    this.#response.end();
    this.#done(200, '', decision);
  }

  /** Target and headers of the request in question; `undefined` before they are determined. */
  #originalHead(): Parameters<typeof refused>[2] {
    return this.#original && { url: this.#original.target, rawHeaders: this.#original.rawHeaders };
  }

  #misconfigured(problem: string): OwnRefusal {
    const kind = this.#kind === undefined ? '' : `, ${this.#kind},`;
    const address = `${this.#peerAddress}${kind}`;
    this.#options.onMisconfigured(`the proxy at ${address} is misconfigured: ${problem}`);
    return ownRefusal('ForwardAuth.Misconfigured', { address, problem });
  }

  #refuseWith(refusal: RefusedRequest): void {
    const status = statusOf(refusal);
    const headers: Record<string, string | number> = {
      ...refusalHeaders(refusal),
      'content-length': Buffer.byteLength(refusal.errorBody),
      'x-claviger-error-code': refusal.code.replace(/[^\x21-\x7e]/g, '?'),
      'x-claviger-error-status': refusal.httpStatus,
      'x-claviger-request-id': refusal.requestId,
    };
    if (status === 401) headers['www-authenticate'] = 'ACS3-HMAC-SHA256';
    if (this.#kind === 'nginx')
      headers['x-claviger-error'] = inOneHeader(refusal, this.#original?.host ?? '');
    this.#response.writeHead(status, headers);
    this.#response.end(refusal.errorBody);
    this.#done(status, refusal.code, refusal);
  }

  #done(status: number, code: string, by: AllowedHead | RefusedRequest): void {
    const target = this.#original?.target ?? this.#request.url ?? '';
    const mark = target.indexOf('?');
    const record: AccessRecord = {
      requestId: by.requestId,
      method: this.#original?.method ?? this.#request.method ?? '',
      path: mark < 0 ? target : target.slice(0, mark),
      host: this.#original?.host ?? '',
      service: this.#service?.guard.service.service ?? '',
      status,
      code,
      by,
      peerAddress: this.#peerAddress,
      upstream: '',
      milliseconds: this.#options.ticks() - this.#began,
    };
    this.#span?.end(spanFacts(record));
    this.#options.onDone(record);
  }
}

/** Splits `/envoy/orders/17?a=b` into the kind of proxy and the rest. */
function readPath(url: string): [kind: ProxyKind | undefined, rest: string] {
  const match = /^\/([a-z]+)((?:[/?].*)?)$/s.exec(url);
  const kind = PROXY_KINDS.find((each) => each === match?.[1]);
  return [kind, match?.[2] ?? ''];
}

/** Returns 401, 403 or 503: nginx knows no other refusals, and all proxies get the same answer. */
function statusOf({ httpStatus, principal, code }: RefusedRequest): number {
  if (httpStatus >= 500) return httpStatus;
  if (principal !== undefined || httpStatus === 403) return 403;
  return code.startsWith('Throttling') ? 403 : 401;
}

/**
 * Returns the error body as one header field, for nginx, which drops the body: ASCII, and short enough for its
 * buffer.
 *
 * @param host of the request in question
 */
function inOneHeader({ errorBody, dialect, requestId, code, message }: RefusedRequest, host: string): string {
  const ascii = dialect === 'ram-json' || dialect === 'sls' ? asciiJson : asciiXml;
  const whole = ascii(errorBody);
  if (whole.length <= LONGEST_ERROR_HEADER) return whole;
  const short = `${message.slice(0, LONGEST_MESSAGE)}…`;
  if (dialect === 'ram-json') {
    return ascii(JSON.stringify({ ...(JSON.parse(errorBody) as object), Message: short }));
  }
  return ascii(encodeErrorBody(dialect, { requestId, hostId: host, code, message: short, product: '' }).body);
}

function asciiJson(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function asciiXml(xml: string): string {
  return xml.replace(/[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0)};`);
}
