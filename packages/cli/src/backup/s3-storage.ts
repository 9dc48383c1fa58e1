import { openAsBlob } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import { BackupError } from './backup-error.ts';

/** Largest object of one upload; S3 and OSS have the same. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;

/** Settings of a storage that speaks the protocol of S3. */
export interface S3Settings {
  /** `https://host` or `https://{bucket}.host`; Amazon's when absent. */
  readonly endpoint: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Returns bucket and key of `s3://bucket/key`. @throws BackupError */
export function parseS3Address(address: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) {
    throw new BackupError(`invalid address "${address}": expected s3://bucket/prefix`);
  }
  return { bucket, key };
}

/** Bucket of a storage that speaks the protocol of S3. Errors name neither key nor secret. */
export class S3Bucket {
  readonly #client: AwsClient;
  readonly #base: string;

  /** @throws BackupError if the credentials are not in the environment */
  constructor(bucket: string, { endpoint, environment }: S3Settings) {
    const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
    const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
    if (!accessKeyId || !secretAccessKey) {
      throw new BackupError('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for s3:// addresses');
    }
    const region = environment['AWS_REGION'] || 'us-east-1';
    const sessionToken = environment['AWS_SESSION_TOKEN'];
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken && { sessionToken }),
      service: 's3',
      region,
      retries: 2,
    });
    const origin = endpoint || environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'];
    const template = origin ?? `https://{bucket}.s3.${region}.amazonaws.com`;
    const isHost = template.includes('{bucket}');
    this.#base = `${template.replace('{bucket}', bucket).replace(/\/$/, '')}${isHost ? '' : `/${bucket}`}`;
  }

  /** Uploads a file. */
  async upload(key: string, file: string): Promise<void> {
    const { size } = await stat(file);
    if (size > MAX_UPLOAD_BYTES) {
      throw new BackupError(
        `the backup has ${size} bytes, more than one upload may have (5 GiB): write it to a file, and upload it in parts`,
      );
    }
    await this.#send('PUT', key, await openAsBlob(file));
  }

  /** Downloads an object to a new file of mode 0600. */
  async download(key: string, file: string): Promise<void> {
    const { body } = await this.#send('GET', key);
    if (body === null) throw new BackupError(`the object ${key} is empty`);
    const handle = await open(file, 'wx', 0o600);
    await pipeline(Readable.fromWeb(body as unknown as NodeReadableStream), handle.createWriteStream());
  }

  /** Returns the keys that begin with a prefix. */
  async list(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for (let token: string | undefined; ; ) {
      const query = new URLSearchParams({ 'list-type': '2', prefix });
      if (token !== undefined) query.set('continuation-token', token);
      const text = await (await this.#send('GET', `?${query}`)).text();
      for (const [, key = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) keys.push(decodeXml(key));
      const [, next] = /<NextContinuationToken>([^<]*)</.exec(text) ?? [];
      if (next === undefined) return keys;
      token = decodeXml(next);
    }
  }

  async remove(key: string): Promise<void> {
    await this.#send('DELETE', key);
  }

  async #send(method: string, key: string, body?: Blob): Promise<Response> {
    const path = key.startsWith('?') ? key : key.split('/').map(encodeURIComponent).join('/');
    let answer: Response;
    try {
      answer = await this.#client.fetch(`${this.#base}/${path}`, { method, ...(body && { body }) });
    } catch (error) {
      throw new BackupError(`the storage cannot be reached at ${new URL(this.#base).host}`, error);
    }
    if (answer.ok) return answer;
    const [, code = String(answer.status)] = /<Code>([^<]*)<\/Code>/.exec(await answer.text()) ?? [];
    throw new BackupError(
      `the storage refuses ${method} ${key.startsWith('?') ? 'of the list' : key}: ${code}`,
    );
  }
}

function decodeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
