import { createHmac } from 'node:crypto';
import type { AuditSink } from './audit-delivery.ts';
import { linesOf } from './checkpoint-text.ts';

/** Time after which an attempt has failed, ms. */
const TIMEOUT_MS = 20_000;

/** Options of a webhook. */
export interface WebhookOptions {
  readonly url: string;
  /** Signs the body with HMAC-SHA256; absent: the body is not signed. */
  readonly secret?: string | undefined;
}

/**
 * Delivers audit records by `POST`: JSON lines, with the number of the checkpoint in `x-claviger-checkpoint` and, with
 * a secret, `sha256=` and the hexadecimal HMAC-SHA256 of the body in `x-claviger-signature`. Any status of 2xx accepts.
 */
export class WebhookSink implements AuditSink {
  readonly name = 'webhook';
  readonly #options: WebhookOptions;
  readonly #closing = new AbortController();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  async send(checkpoint: Parameters<AuditSink['send']>[0]): Promise<void> {
    const { url, secret } = this.#options;
    const body = linesOf(checkpoint);
    const answer = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/x-ndjson',
        'x-claviger-checkpoint': String(checkpoint.number),
        ...(secret !== undefined && {
          'x-claviger-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        }),
      },
    }).catch((error: unknown) => {
      throw unreachable(error);
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the receiver answered with status ${answer.status}`);
  }

  close(): void {
    this.#closing.abort();
  }
}

/** Returns the error of a request without an answer; `fetch` has the reason in the cause. */
export function unreachable(error: unknown): Error {
  const { cause, name } = error as Error;
  if (name === 'TimeoutError') return new Error('the receiver did not answer in time');
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return new Error(`the receiver cannot be reached${code === undefined ? '' : ` (${code})`}`);
}
