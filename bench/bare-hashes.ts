import { createHash, createHmac, hash } from 'node:crypto';
import type { SignedRequest } from '@claviger/signature';

/** What must be hashed to verify one ACS3-HMAC-SHA256 request, and what must come out. */
export interface BareRequest {
  readonly canonicalRequest: string;
  readonly body: Uint8Array;
  readonly signature: string;
}

/** What a request's signature covers, written down plainly from the request itself. */
export function bareRequest({ method, target, rawHeaders, body }: SignedRequest): BareRequest {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.set(rawHeaders[at]!.toLowerCase(), rawHeaders[at + 1]!);
  }
  const [, list = '', signature = ''] =
    /SignedHeaders=([^,]*),\s*Signature=(\w+)/.exec(headers.get('authorization') ?? '') ?? [];
  const fields = list.split(';').map((name) => `${name}:${headers.get(name)}\n`);
  const [path = '', query = ''] = target.split('?');
  const text = `${method}\n${path}\n${query}\n${fields.join('')}\n${list}\n${headers.get('x-acs-content-sha256')}`;
  // Concatenated strings are flattened on first read, which must not happen here.
  return { canonicalRequest: Buffer.from(text).toString('latin1'), body, signature };
}

/**
 * The hashes that every verifier of ACS3-HMAC-SHA256 has to compute, and nothing else: SHA-256 of the body when
 * there is one, SHA-256 of the canonical request, HMAC-SHA256 of the string to sign. Text in, hexadecimal out.
 */
export interface BareHashes {
  /** In the fastest way known on Node: one-shot hashes, buffers kept, the key's blocks prepared. */
  readonly fastest: (request: BareRequest) => string;
  /** As verifiers are usually written: `createHash` and `createHmac`. */
  readonly plain: (request: BareRequest) => string;
}

/** @param secret the AccessKeySecret */
export function bareHashes(secret: string): BareHashes {
  const algorithm = 'ACS3-HMAC-SHA256\n';
  const inner = Buffer.alloc(64 + algorithm.length + 64, 0x36);
  const outer = Buffer.alloc(64 + 32, 0x5c);
  for (const [at, byte] of Buffer.from(secret).entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  inner.write(algorithm, 64, 'latin1');
  const buffers: Buffer[] = [];
  return {
    fastest({ canonicalRequest, body }) {
      if (body.length > 0) hash('sha256', body, 'hex');
      const { length } = canonicalRequest;
      buffers[length] ??= Buffer.alloc(length);
      const bytes = buffers[length];
      bytes.write(canonicalRequest, 0, 'latin1');
      inner.write(hash('sha256', bytes, 'hex'), 64 + algorithm.length, 'latin1');
      outer.write(hash('sha256', inner, 'binary'), 64, 'latin1');
      return hash('sha256', outer, 'hex');
    },
    plain({ canonicalRequest, body }) {
      if (body.length > 0) createHash('sha256').update(body).digest('hex');
      const digest = createHash('sha256').update(canonicalRequest).digest('hex');
      return createHmac('sha256', secret).update(`${algorithm}${digest}`).digest('hex');
    },
  };
}
