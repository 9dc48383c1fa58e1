import { readFileSync } from 'node:fs';
import type { SignedRequest } from '../src/index.ts';

/** A request that an official client put on the wire, and what an independent verifier made of it. */
export interface RecordedRequest {
  readonly name: string;
  readonly credentials: {
    readonly accessKeyId?: string;
    readonly accessKeySecret?: string;
    readonly securityToken?: string;
    readonly bearerToken?: string;
  };
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  };
  readonly expected?: {
    readonly canonicalRequest?: string;
    readonly stringToSign: string;
    readonly signature: string;
  };
}

interface Recording {
  readonly algorithm: string;
  readonly client: string;
  readonly publicKey?: string;
  readonly vectors: readonly RecordedRequest[];
}

/** The recordings, by file name without its ending. */
export const RECORDINGS = [
  'acs3-hmac-sha256',
  'acs3-hmac-sm3',
  'acs3-rsa-sha256',
  'acs4-hmac-sha256',
  'rpc-v1-hmac-sha1',
  'roa-v1-hmac-sha1',
  'bearer-token',
  'anonymous',
] as const;

/** Recordings of clients that send no nonce, which guards accept for a shorter time. */
export const RECORDINGS_WITHOUT_NONCE = ['roa-v1-old-python', 'roa-v1-old-go'] as const;

/** Reads one file of recorded requests. */
export function readRecording(
  name: (typeof RECORDINGS)[number] | (typeof RECORDINGS_WITHOUT_NONCE)[number],
): Recording {
  return JSON.parse(readFileSync(new URL(`./recorded/${name}.json`, import.meta.url), 'utf8'));
}

/** The recorded request as a server sees it. */
export function asReceived({ request }: RecordedRequest): SignedRequest {
  return {
    method: request.method,
    target: request.target,
    rawHeaders: request.headers.flat(),
    body: Buffer.from(request.body),
  };
}
