import type { IncomingMessage, ServerResponse } from 'node:http';
import { isTrustedProxy, parseTrustedProxies, type TrustedProxies } from '../client-address.ts';
import type { ServiceGuard } from '../create-guard.ts';
import { type AllowedHead, type RefusedRequest, refusalHeaders } from '../decision.ts';
import type { AccessRecord } from '../gateway/access-record.ts';
import { IDENTITY_HEADERS, identityHeaders } from '../gateway/identity-headers.ts';
import { plainAddress } from '../gateway/onward-headers.ts';
import type { IdentityTokenScope, TokenIssuer } from '../gateway/token-issuer.ts';
import { HOST_NOT_SERVED, INTERNAL_ERROR, type OwnRefusal, refused } from '../http/refusal.ts';
import type { ForwardAuthSettings } from './forward-auth-configuration.ts';
import {
  type OriginalRequest,
  originalRequest,
  PROXY_KINDS,
  type ProxyKind,
  spoofedHeader,
} from './original-request.ts';

/** Who decides about the requests to a host. */
export interface AskedService {
  readonly guard: ServiceGuard;
  /** Vouch for the identity headers; without them these stand alone. */
  readonly tokens: TokenIssuer | undefined;
}

export interface ForwardAuthOptions {
  /** @param host as the client sent it */
  readonly serviceFor: (host: string) => AskedService | undefined;
  readonly settings: ForwardAuthSettings;
  /** Told of each question when it is answered. */
  readonly onDone: (record: AccessRecord) => void;
  /** Told of a proxy that is not configured as it must be. */
  readonly onMisconfigured: (problem: string) => void;
  /** Told of what should never happen. */
  readonly onBug: (error: unknown, requestId: string) => void;
  /** Milliseconds of any clock that only goes forward. */
  readonly ticks: () => number;
}

/** Nobody here sees the body: its digest must be in the token, so that the service can compare it. */
export const FORWARD_AUTH_TOKENS: IdentityTokenScope = 'request';

/** The peer of a Unix socket has no address, and is a proxy by having reached it: it goes by this one. */
const SOCKET_PEER = '127.0.0.1';
/** What nginx keeps of an answer's head by default is 4 KiB; the rest of it needs some of that. */
const LONGEST_ERROR_HEADER = 2048;
/** What is said to nginx of a longer message; it passes on headers only. */
const LONGEST_MESSAGE = 512;

/** Whose `X-Forwarded-For` counts: the proxies that ask, and those before them. */
export function trustedByForwardAuth({ listen, proxies, trustedProxies }: ForwardAuthSettings): string[] {
  return [...proxies, ...trustedProxies, ...('path' in listen ? [SOCKET_PEER] : [])];
}

/**
 * Answers proxies that ask whether a request may pass: nginx `auth_request`, Traefik ForwardAuth, Caddy
 * `forward_auth`, Envoy `ext_authz` over HTTP, each at the path that bears its name.
 *
 * 200 with identity headers: it may, if its body is the one whose digest is in `x-claviger-content-sha256`. 401: not
 * known who sent it. 403: known, and may not. 503: it cannot be decided now.
 */
export class ForwardAuth {
  readonly #options: ForwardAuthOptions;
  readonly #proxies: TrustedProxies;

  constructor(options: ForwardAuthOptions) {
    this.#options = options;
    this.#proxies = parseTrustedProxies(options.settings.proxies);
  }

  /** One question; for the event `request`. */
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
    this.#isSocket = 'path' in options.settings.listen;
    this.#peerAddress = this.#isSocket ? SOCKET_PEER : plainAddress(request.socket.remoteAddress);
  }

  answer(): void {
    // Whatever body the question has is not looked at: the decision says so.
    this.#request.resume();
    const refusal = this.#open();
    if (refusal === undefined) void this.#decide(this.#original!, this.#service!);
    else this.#refuseWith(refused(refusal, this.#original?.host ?? ''));
  }

  /** Finds out what is asked, and for whom. @returns why it is not answered */
  #open(): OwnRefusal | undefined {
    const request = this.#request;
    if (!this.#isSocket && !isTrustedProxy(this.#peerAddress, this.#proxies)) {
      const message = `${this.#peerAddress} is not among the \`proxies\` that may ask here.`;
      return { httpStatus: 403, code: 'Forbidden.NotAProxy', message };
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
      const message = `The header \`${spoofed.slice(0, 64)}\` is for the proxy to write, and not for clients.`;
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
      const bug = refused(INTERNAL_ERROR, original.host);
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

  #misconfigured(problem: string): OwnRefusal {
    const kind = this.#kind === undefined ? '' : `, ${this.#kind},`;
    const told = `the proxy at ${this.#peerAddress}${kind} is not configured as it must be: ${problem}`;
    this.#options.onMisconfigured(told);
    return { httpStatus: 500, code: 'ForwardAuth.Misconfigured', message: `T${told.slice(1)}.` };
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
    if (this.#kind === 'nginx') headers['x-claviger-error'] = inOneHeader(refusal);
    this.#response.writeHead(status, headers);
    this.#response.end(refusal.errorBody);
    this.#done(status, refusal.code, refusal);
  }

  #done(status: number, code: string, by: AllowedHead | RefusedRequest): void {
    const target = this.#original?.target ?? this.#request.url ?? '';
    const mark = target.indexOf('?');
    this.#options.onDone({
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
    });
  }
}

/** `/nginx`, `/envoy/orders/17?a=b`: the kind of proxy, and what follows it. */
function readPath(url: string): [kind: ProxyKind | undefined, rest: string] {
  const match = /^\/([a-z]+)((?:[/?].*)?)$/s.exec(url);
  const kind = PROXY_KINDS.find((each) => each === match?.[1]);
  return [kind, match?.[2] ?? ''];
}

/** nginx knows no refusals but 401 and 403; so that all proxies answer alike, there are no others. */
function statusOf({ httpStatus, principal, code }: RefusedRequest): number {
  if (httpStatus >= 500) return httpStatus;
  if (principal !== undefined || httpStatus === 403) return 403;
  return code.startsWith('Throttling') ? 403 : 401;
}

/** RAM's error body as one header field, for nginx, which drops the body: ASCII, and short enough for its buffer. */
function inOneHeader({ errorBody, message }: RefusedRequest): string {
  const whole = ascii(errorBody);
  if (whole.length <= LONGEST_ERROR_HEADER) return whole;
  const fields = JSON.parse(errorBody) as Record<string, unknown>;
  return ascii(JSON.stringify({ ...fields, Message: `${message.slice(0, LONGEST_MESSAGE)}…` }));
}

function ascii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
