import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, type RequestOptions, request as requestPlain } from 'node:http';
import { request as requestTls, Agent as TlsAgent } from 'node:https';
import { isLoopbackHost } from '@claviger/policy';
import { SigningKey, signRequest } from '@claviger/signature';
import { SOFTWARE_VERSION } from '../software-version.ts';

/** Where the control plane is, and the credential that a guard was registered with. */
export interface ControlPlaneOptions {
  /** `https://claviger.example:8443`; no path. */
  readonly server: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /**
   * The name that the guard is registered under, when it is to be checked: its credential alone says which it is. Up to
   * 64 letters, digits, `.`, `_` and `-`.
   */
  readonly guardName?: string;
  /** Certificates, in PEM, of who may have signed the server's; those of the system unless given. */
  readonly ca?: string | readonly string[];
  /** Takes `http://` too, to a loopback address and nowhere else. */
  readonly allowPlainHttpOnLoopback?: boolean;
  /** Milliseconds since the epoch; the system's clock unless given. */
  readonly now?: () => number;
  /** For the head of an answer, and for the whole of one that ends, in milliseconds; 10 s unless given. */
  readonly timeoutMs?: number;
}

/** The control plane has answered, and refuses. */
export class ControlPlaneRefusal extends Error {
  readonly code: string;
  readonly httpStatus: number;
  constructor(action: string, code: string, httpStatus: number, message: string) {
    // The text that was signed tells whoever reads a log nothing; what to look at does.
    const reason =
      code === 'SignatureDoesNotMatch' ? 'the AccessKey has another secret than the one given here' : message;
    super(`the control plane refuses ${action}: ${code} (${httpStatus}): ${reason}`);
    this.name = 'ControlPlaneRefusal';
    this.code = code;
    this.httpStatus = httpStatus;
  }

  /** Whether asking again will not help until somebody changes something. */
  get isFinal(): boolean {
    return this.httpStatus >= 400 && this.httpStatus < 500 && !this.code.startsWith('Throttling');
  }
}

/** The control plane could not be reached, or what it answered is not from a control plane. */
export class ControlPlaneUnreachable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ControlPlaneUnreachable';
  }
}

const API_VERSION = '2026-11-24';

/** The longest answer that ends which is read, in bytes. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** Calls the control plane's own API, each call signed with the guard's AccessKey. It tries nothing twice. */
export class ControlPlane {
  readonly accessKeyId: string;
  readonly guardName: string | undefined;
  readonly #url: URL;
  readonly #secret: string;
  readonly #tls: { readonly ca?: string[] };
  readonly #now: () => number;
  readonly #timeoutMs: number;
  readonly #agent: Agent;

  /** @throws RangeError when a setting cannot be used; it names the setting */
  constructor(options: ControlPlaneOptions) {
    const { accessKeyId, accessKeySecret, guardName, ca } = options;
    this.#url = serverUrl(options.server, options.allowPlainHttpOnLoopback ?? false);
    // Undefined too, since they mostly come from an environment that may lack them.
    if (!accessKeyId) throw new RangeError('accessKeyId: it is empty');
    if (!accessKeySecret) throw new RangeError('accessKeySecret: it is empty');
    if (guardName !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(guardName)) {
      throw new RangeError(
        `guardName: \`${guardName.slice(0, 80)}\` is not 1 to 64 letters, digits, \`.\`, \`_\` or \`-\``,
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

  /** A key that only this guard and the control plane can make; see `SigningKey.derive`. */
  sharedSecret(label: string): Buffer {
    return SigningKey.fromSecret(this.#secret).derive(label);
  }

  /**
   * Calls an operation whose answer ends.
   *
   * @param cancelled ends the call
   * @returns the answer's fields
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
   * Calls an operation that answers a stream.
   *
   * @param cancelled ends the stream
   * @returns the answer, to be read
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

  /** Lets idle connections go. */
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
      // A URL has an IPv6 address in brackets, a connection has it without.
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
    throw new RangeError(`server: \`${server}\` is not an address such as https://claviger.example:8443`);
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '') {
    throw new RangeError(
      'server: the address may have a host and a port, and nothing else: no path, no password',
    );
  }
  if (url.protocol === 'http:') {
    if (!isLoopbackHost(url.hostname))
      throw new RangeError(`server: \`${url.origin}\` is not encrypted: use https://${url.host}`);
    if (!allowPlainHttpOnLoopback) {
      throw new RangeError(
        `server: \`${url.origin}\` is not encrypted: use https, or set allowPlainHttpOnLoopback`,
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
        throw new ControlPlaneUnreachable('the answer of the control plane is too long');
      pieces.push(piece as Buffer);
    }
  } catch (error) {
    if (error instanceof ControlPlaneUnreachable) throw error;
    throw new ControlPlaneUnreachable('the answer of the control plane broke off', error);
  }
  return Buffer.concat(pieces).toString();
}

function parseAnswer(action: string, text: string): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw notAControlPlane(`its answer to ${action} is not JSON`);
  }
  if (answer === null || typeof answer !== 'object')
    throw notAControlPlane(`it answers no object to ${action}`);
  return answer as Readonly<Record<string, unknown>>;
}

function notAControlPlane(reason: string): ControlPlaneUnreachable {
  return new ControlPlaneUnreachable(`what answers is no control plane: ${reason}`);
}

function unreachable(url: URL, error: unknown): ControlPlaneUnreachable {
  const detail = error instanceof Error ? error.message || error.name : String(error);
  return new ControlPlaneUnreachable(
    `the control plane at ${url.origin} cannot be reached: ${detail}`,
    error,
  );
}
