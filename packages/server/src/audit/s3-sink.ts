import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AwsClient } from 'aws4fetch';
import type { AuditSink } from './audit-delivery.ts';
import { linesOf } from './checkpoint-text.ts';
import { unreachable } from './webhook-sink.ts';

/** Time after which an attempt has failed, ms. */
const TIMEOUT_MS = 20_000;

const compressed = promisify(gzip);

/** Options of a storage that speaks the protocol of S3. */
export interface S3SinkOptions {
  /** `s3://bucket/prefix` */
  readonly address: string;
  /** `https://host`, or `https://{bucket}.host`; Amazon's if absent. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Returns bucket and prefix of `s3://bucket/prefix`; `undefined` if the address has another form. */
export function parseS3Address(
  address: string,
): { readonly bucket: string; readonly prefix: string } | undefined {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(address) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

/**
 * Stores audit records in a bucket, one object of compressed JSON lines for each checkpoint:
 * `prefix/2026/12/01/checkpoint-000000000042.jsonl.gz`. A repeated delivery writes the same object.
 */
export class S3Sink implements AuditSink {
  readonly name = 's3';
  readonly #client: AwsClient;
  readonly #base: string;
  readonly #closing = new AbortController();

  constructor({ address, endpoint, region, accessKeyId, secretAccessKey }: S3SinkOptions) {
    const { bucket, prefix } = parseS3Address(address)!;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 0 });
    const template = endpoint ?? `https://{bucket}.s3.${region}.amazonaws.com`;
    const isHost = template.includes('{bucket}');
    const origin = template.replace('{bucket}', bucket).replace(/\/$/, '');
    this.#base = `${origin}${isHost ? '' : `/${bucket}`}/${prefix.split('/').map(encodeURIComponent).join('/')}`;
  }

  async send(checkpoint: Parameters<AuditSink['send']>[0]): Promise<void> {
    const { number, signedAt } = checkpoint;
    const day = new Date(signedAt).toISOString().slice(0, 10).replaceAll('-', '/');
    const name = `${day}/checkpoint-${String(number).padStart(12, '0')}.jsonl.gz`;
    const answer = await this.#client
      .fetch(`${this.#base}${name}`, {
        method: 'PUT',
        body: new Uint8Array(await compressed(linesOf(checkpoint))),
        headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
        signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
      .catch((error: unknown) => {
        throw unreachable(error);
      });
    const text = await answer.text();
    if (answer.ok) return;
    const [, code = String(answer.status)] = /<Code>([^<]{1,100})<\/Code>/.exec(text) ?? [];
    throw new Error(`the storage refused the object ${name}: ${code}`);
  }

  close(): void {
    this.#closing.abort();
  }
}
