import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { isLoopbackHost } from '@claviger/policy';
import { SigningKey, signRequest } from '@claviger/signature';
import { SOFTWARE_VERSION } from '../software-version.ts';

/** Address of the control plane, and the credential of the guard. */
export interface ControlPlaneOptions {
  /** URL without a path: `https://claviger.example:8443`. */
  readonly server: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /**
   * Registered name of the guard, to be checked by the control plane; the credential alone already identifies
   * it. Up to 64 letters, digits, `.`, `_` and `-`.
   */
  readonly guardName?: string;
  /** Trusted CA certificates of the server, in PEM. Default: those of the system. */
  readonly ca?: string | readonly string[];
  /** Accepts `http://` too, for loopback addresses only. */
  readonly allowPlainHttpOnLoopback?: boolean;
  /** Milliseconds since the epoch. Default: the system's clock. */
  readonly now?: () => number;
  /**
   * Timeout in milliseconds, for the head of a response, and for a whole response that is not a stream.
   * Default: 10 s.
   */
  readonly timeoutMs?: number;
}

/** Refusal by the control plane. */
export class ControlPlaneRefusal extends Error {
  readonly code: string;
  readonly httpStatus: number;
  constructor(action: string, code: string, httpStatus: number, message: string) {
    // The signed text does not help the reader of a log; what to check does.
    const reason =
      code === 'SignatureDoesNotMatch' ? 'the AccessKey has another secret than the configured one' : message;
    super(`the control plane refuses ${action}: ${code} (${httpStatus}): ${reason}`);
    this.name = 'ControlPlaneRefusal';
    this.code = code;
    this.httpStatus = httpStatus;
  }

  /** Whether a retry cannot succeed until an operator changes something. */
  get isFinal(): boolean {
    return this.httpStatus >= 400 && this.httpStatus < 500 && !this.code.startsWith('Throttling');
  }
}

/** The control plane cannot be reached, or the response is not from a control plane. */
export class ControlPlaneUnreachable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ControlPlaneUnreachable';
  }
}

const API_VERSION = '2026-11-24';

/** Maximum size of a response that is not a stream, in bytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Client of the control plane's API; signs each call with the guard's AccessKey. It does not retry. */
export class ControlPlane {
  readonly accessKeyId: string;
  readonly guardName: string | undefined;
  readonly #url: URL;
  readonly #secret: string;
  readonly #tls: { readonly ca?: string[] };
  readonly #now: () => number;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  /** @throws RangeError that names the invalid setting */
  constructor(options: ControlPlaneOptions) {
    const { accessKeyId, accessKeySecret, guardName, ca } = options;
    this.#url = serverUrl(options.server, options.allowPlainHttpOnLoopback ?? false);
    // Undefined too, since they mostly come from environment variables.
    if (!accessKeyId) throw new RangeError('invalid accessKeyId: it is empty');
    if (!accessKeySecret) throw new RangeError('invalid accessKeySecret: it is empty');
    if (guardName !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(guardName)) {
      throw new RangeError(
        `invalid guardName \`${guardName.slice(0, 80)}\`: expected 1 to 64 letters, digits, \`.\`, \`_\` or \`-\``,
      );
    }
    this.accessKeyId = accessKeyId;
    this.guardName = guardName;
    this.#secret = accessKeySecret;
    this.#tls = ca === undefined ? {} : { ca: [ca].flat() };
    this.#now = options.now ?? Date.now;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#agent =
      this.#url.protocol === 'https:'
        ? new TlsAgent({ keepAlive: true, ...this.#tls })
        : new Agent({ keepAlive: true });
  }

  /** Derives a key that only this guard and the control plane know; see `SigningKey.derive`. */
  sharedSecret(label: string): Buffer {
    return SigningKey.fromSecret(this.#secret).derive(label);
  }

  /**
   * Calls an operation with a finite response.
   *
   * @param cancelled aborts the call
   * @returns the fields of the response
   * @throws ControlPlaneRefusal, ControlPlaneUnreachable
   */
  async call(
    action: string,
    parameters: Readonly<Record<string, string>>,
    cancelled?: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>>> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    const signal = cancelled === undefined ? timeout : AbortSignal.any([timeout, cancelled]);
    const response = await this.#send(action, parameters, this.#agent, signal);
    return parseAnswer(action, await readWhole(response));
  }

  /**
   * Calls an operation that responds with a stream.
   *
   * @param cancelled ends the stream
   * @returns the response, to be read
   * @throws ControlPlaneRefusal, ControlPlaneUnreachable
   */
  async open(
    action: string,
    parameters: Readonly<Record<string, string>>,
    cancelled: AbortSignal,
  ): Promise<IncomingMessage> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#timeoutMs);
    try {
      return await this.#send(action, parameters, false, AbortSignal.any([late.signal, cancelled]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#agent.destroy();
  }

  async #send(
    action: string,
    parameters: Readonly<Record<string, string>>,
    agent: Agent | false,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const form = new URLSearchParams({
      ...parameters,
      ...(this.guardName === undefined ? {} : { GuardName: this.guardName }),
      Format: 'JSON',
    });
    const { method, target, rawHeaders, body } = signRequest(
      {
        method: 'POST',
        target: '/',
        headers: [
          ['host', this.#url.host],
          ['accept', 'application/json'],
          ['content-type', 'application/x-www-form-urlencoded'],
          ['user-agent', `claviger-guard/${SOFTWARE_VERSION}`],
        ],
        body: Buffer.from(form.toString()),
      },
      { accessKeyId: this.accessKeyId, accessKeySecret: this.#secret },
      { scheme: 'ACS3-HMAC-SHA256', now: this.#now(), nonce: randomUUID(), action, version: API_VERSION },
    );
    const { hostname, port, protocol } = this.#url;
    const options: RequestOptions = {
      // A URL has an IPv6 address in brackets, a connection without.
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
      method,
      path: target,
      headers: [...rawHeaders, 'content-length', String(body.length)],
      agent,
      setHost: false,
      signal,
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing =
        protocol === 'https:'
          ? requestTls({ ...options, ...this.#tls, minVersion: 'TLSv1.2' })
          : requestPlain(options);
      outgoing.once('response', resolve);
      outgoing.on('error', (error) => reject(unreachable(this.#url, error)));
      outgoing.setNoDelay(true);
      outgoing.setSocketKeepAlive(true, 10_000);
      outgoing.end(body);
    });
    if (response.statusCode === 200) return response;
    const status = response.statusCode ?? 0;
    const { Code, Message } = parseAnswer(action, await readWhole(response));
    if (typeof Code !== 'string') throw notAControlPlane(`it answers with the HTTP status ${status}`);
    throw new ControlPlaneRefusal(action, Code, status, typeof Message === 'string' ? Message : '');
  }
}

function serverUrl(server: string, allowPlainHttpOnLoopback: boolean): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RangeError(
      `invalid server \`${server}\`: expected a URL such as https://claviger.example:8443`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '') {
    throw new RangeError('invalid server: the URL may have a host and a port only, no path and no password');
  }
  if (url.protocol === 'http:') {
    if (!isLoopbackHost(url.hostname))
      throw new RangeError(`server \`${url.origin}\` is not encrypted: use https://${url.host}`);
    if (!allowPlainHttpOnLoopback) {
      throw new RangeError(
        `server \`${url.origin}\` is not encrypted: use https, or set allowPlainHttpOnLoopback`,
      );
    }
  }
  return url;
}

async function readWhole(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of response) {
      bytes += (piece as Buffer).length;
      if (bytes > MAX_ANSWER_BYTES)
        throw new ControlPlaneUnreachable('the response of the control plane is too large');
      pieces.push(piece as Buffer);
    }
  } catch (error) {
    if (error instanceof ControlPlaneUnreachable) throw error;
    throw new ControlPlaneUnreachable('the response of the control plane was cut off', error);
  }
  return Buffer.concat(pieces).toString();
}

function parseAnswer(action: string, text: string): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw notAControlPlane(`its response to ${action} is not JSON`);
  }
  if (answer === null || typeof answer !== 'object')
    throw notAControlPlane(`its response to ${action} is not a JSON object`);
  return answer as Readonly<Record<string, unknown>>;
}

function notAControlPlane(reason: string): ControlPlaneUnreachable {
  return new ControlPlaneUnreachable(`the server is not a control plane: ${reason}`);
}

function unreachable(url: URL, error: unknown): ControlPlaneUnreachable {
  const detail = error instanceof Error ? error.message || error.name : String(error);
  return new ControlPlaneUnreachable(
    `the control plane at ${url.origin} cannot be reached: ${detail}`,
    error,
  );
}
