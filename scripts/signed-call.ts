import { randomUUID } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { signRequest } from '@claviger/signature';

export interface AccessKey {
  readonly AccessKeyId: string;
  readonly AccessKeySecret: string;
}

/** Answer to one request. */
export interface Answer {
  /** HTTP status; 0 if the connection ended, or no answer came in time. */
  readonly status: number;
  /** Error code of RAM; empty when it has none. */
  readonly code: string;
  readonly requestId: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Signed request, which may be sent several times. */
export interface PreparedRequest {
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const VERSIONS: Readonly<Record<string, string>> = { GetCallerIdentity: '2015-04-01' };
const RAM_VERSION = '2015-05-01';
const NO_ANSWER: Answer = { status: 0, code: '', requestId: '', body: {} };

/** Signs a call of RAM, or of STS, in the RPC form. */
export function prepare(
  key: AccessKey,
  action: string,
  parameters: Readonly<Record<string, string>> = {},
  host = 'claviger.test',
): PreparedRequest {
  const { rawHeaders, body } = signRequest(
    {
      method: 'POST',
      target: '/',
      headers: [['host', host]],
      body: Buffer.from(new URLSearchParams(parameters).toString()),
    },
    { accessKeyId: key.AccessKeyId, accessKeySecret: key.AccessKeySecret },
    {
      scheme: 'RPC-HMAC-SHA1',
      now: Date.now(),
      nonce: randomUUID(),
      action,
      version: VERSIONS[action] ?? RAM_VERSION,
      systemParameters: 'form',
    },
  );
  return { headers: rawHeaders, body: Buffer.from(body ?? '') };
}

/** Sends requests to one port of this machine. */
export class Caller {
  readonly name: string;
  readonly port: number;
  readonly #agent: Agent;
  readonly #timeoutMs: number;

  constructor(name: string, port: number, { timeoutMs = 10_000, connections = 256 } = {}) {
    this.name = name;
    this.port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#timeoutMs = timeoutMs;
  }

  /** Signs and sends one call. */
  call(key: AccessKey, action: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(prepare(key, action, parameters, `127.0.0.1:${this.port}`));
  }

  /** Sends a signed request. Resolves in any case; with status 0 if there is no answer. */
  send({ headers, body }: PreparedRequest): Promise<Answer> {
    return new Promise((resolve) => {
      const sent = request({
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.port,
        method: 'POST',
        headers: [...headers],
        setHost: false,
      });
      const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), this.#timeoutMs);
      const finish = (answer: Answer) => {
        clearTimeout(timer);
        resolve(answer);
      };
      sent.on('response', (response) => void readAnswer(response).then(finish));
      sent.on('error', () => finish(NO_ANSWER));
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch {
    return NO_ANSWER;
  }
  const status = response.statusCode ?? 0;
  try {
    const body = JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>;
    return { status, code: textOf(body['Code']), requestId: textOf(body['RequestId']), body };
  } catch {
    return { status, code: '', requestId: '', body: {} };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
