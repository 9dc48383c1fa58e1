import assert from 'node:assert/strict';
import {
  type KeySignature,
  parseSignature,
  SignatureError,
  type SignedRequest,
  signRequest,
} from '../src/index.ts';
import { isForged, verify } from './judge.ts';
import { nearMiss } from './near-miss.ts';
import type { OfficialSigner } from './official-signers.ts';
import type { Random } from './random.ts';

/**
 * Signers whose requests are refused, and with which code. The V3 mode of aliyun-java-sdk-core signs neither `host` nor
 * the action, so that its signature would hold on another server and for another operation.
 */
export const refusedSigners: Partial<Record<OfficialSigner, string>> = {
  'java sdk-core ACS3': 'IncompleteSignature',
};

/** What a comparison came to. */
export interface Compared {
  /** Whether `signRequest` signs the same headers and parameters, so that the two signatures had to be equal. */
  readonly resigned: boolean;
  readonly nearMisses: number;
}

/**
 * Compares the package with an official signer: what that has signed is accepted (or refused, for `refusedSigners`);
 * `signRequest` makes the same signature; and what is changed a little is refused.
 * @param request as the official client sends it
 * @param other another one of the same signer, to mix the two
 * @param nearMisses how many changed requests to try
 * @throws AssertionError when the two disagree
 */
export function compareWithOfficial(
  signer: OfficialSigner,
  request: SignedRequest,
  other: SignedRequest,
  random: Random,
  nearMisses: number,
): Compared {
  const expected = refusedSigners[signer];
  const parsed = expected === undefined ? parsedOf(request) : undefined;
  if (parsed === undefined) {
    const code = refusalOf(request);
    if (code !== expected) fail(`${signer}: ${code ?? 'accepted'} instead of ${expected}`, request);
    return { resigned: false, nearMisses: 0 };
  }
  try {
    verify(request, parsed.timestamp);
  } catch (error) {
    fail(`${signer}: refused (${error})`, request);
  }
  const again = resign(request, parsed);
  const resigned = again !== undefined && coverage(again) === coverage(parsed);
  if (resigned && again.signature !== parsed.signature) {
    fail(`${signer}: signRequest makes ${again.signature}`, request);
  }
  for (let made = 0; made < nearMisses; made++) {
    const { change, request: changed } = nearMiss(request, other, random);
    if (isForged([request, other], changed, parsed.timestamp))
      fail(`${signer}: forged by ${change}`, request, changed);
  }
  return { resigned, nearMisses };
}

/** Throws with the requests in the message; they are written out only then, which took a fifth of the time. */
function fail(what: string, ...requests: readonly SignedRequest[]): never {
  const shown = requests.map((one) =>
    JSON.stringify({ ...one, body: Buffer.from(one.body).toString('latin1') }),
  );
  throw new assert.AssertionError({ message: [what, ...shown].join('\n  ') });
}

/** Code of the refusal of a request; undefined when it is accepted. */
function refusalOf(request: SignedRequest): string | undefined {
  try {
    verify(request, parsedOf(request).timestamp);
    return undefined;
  } catch (error) {
    if (error instanceof SignatureError) return error.code;
    throw error;
  }
}

function parsedOf(request: SignedRequest): KeySignature {
  const parsed = parseSignature(request);
  assert.ok(parsed.scheme !== 'anonymous' && parsed.scheme !== 'bearer');
  return parsed;
}

const SECRETS: Readonly<Record<string, string>> = {
  LTAI5tEXAMPLEKEYID000001: 'ExampleSecret0000000000000001',
  'STS.EXAMPLEKEYID000001': 'ExampleSecret0000000000000002',
};

/** Headers that `signRequest` writes itself. */
const OWN_HEADERS =
  /^(authorization|date|content-md5|x-acs-(action|version|date|content-sha256|signature-\w+|accesskey-id|security-token))$/i;

/** Parameters that `signRequest` writes itself. */
const OWN_PARAMETERS =
  /^(Action|Version|Format|Timestamp|SignatureMethod|SignatureVersion|SignatureNonce|AccessKeyId|SecurityToken|Signature)$/;

/** The same request, signed by the package. */
function resign(request: SignedRequest, parsed: KeySignature): KeySignature | undefined {
  const { scheme, nonce, timestamp, action, version, securityToken, accessKeyId } = parsed;
  const headers: [string, string][] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at]!;
    if (!OWN_HEADERS.test(name)) headers.push([name, request.rawHeaders[at + 1]!]);
  }
  const credentials = {
    accessKeyId,
    accessKeySecret: SECRETS[accessKeyId]!,
    ...(securityToken !== undefined && { securityToken }),
  };
  const common = {
    now: timestamp,
    nonce,
    ...(action !== undefined && { action }),
    ...(version !== undefined && { version }),
  };
  const { method, target, body } = request;
  switch (scheme) {
    case 'ACS3-HMAC-SHA256':
      return parsedOf(signRequest({ method, target, headers, body }, credentials, { ...common, scheme }));
    case 'ROA-HMAC-SHA1':
      return parsedOf(
        signRequest({ method, target, headers, body }, credentials, {
          ...common,
          scheme,
          contentMd5: body.length > 0,
        }),
      );
    case 'RPC-HMAC-SHA1': {
      const [path = '', query = ''] = target.split('?');
      const own = query.split('&').filter((pair) => !OWN_PARAMETERS.test(pair.split('=')[0]!));
      const plain = own.length === 0 ? path : `${path}?${own.join('&')}`;
      return parsedOf(
        signRequest({ method, target: plain, headers, body }, credentials, { ...common, scheme }),
      );
    }
    default:
      return undefined;
  }
}

/** What a signature covers: names of headers, or of parameters. */
function coverage(parsed: KeySignature): string {
  if ('canonicalHeaders' in parsed) return parsed.canonicalHeaders;
  return [...parsed.parameters.keys()]
    .filter((name) => name !== 'Signature')
    .toSorted()
    .join('\n');
}
