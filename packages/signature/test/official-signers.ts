import { readFileSync } from 'node:fs';
import type { SignedRequest } from '../src/index.ts';
import type { Random } from './random.ts';
import { NOW } from './signed-requests.ts';

/** The official signers that `clients/signers` drives, by language. */
export const OFFICIAL_SIGNERS = {
  python: [
    'python openapi-util ACS3',
    'python tea-openapi ACS3',
    'python sdk-core RPC',
    'python sdk-core ROA',
  ],
  java: ['java openapi-util ACS3', 'java sdk-core ACS3', 'java sdk-core RPC', 'java sdk-core ROA'],
} as const;

/** Name of an official signer. */
export type OfficialSigner = (typeof OFFICIAL_SIGNERS)[keyof typeof OFFICIAL_SIGNERS][number];

/** What a signer is told to sign: one line of JSON on its standard input. */
export interface RequestToSign {
  readonly signer: OfficialSigner;
  readonly method: string;
  /** Segments of the path, not encoded; none for the RPC style. */
  readonly path: readonly string[];
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly form: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly contentType: string;
  readonly keyId: string;
  readonly secret: string;
  /** Empty for a permanent key. */
  readonly token: string;
  readonly date: string;
  readonly httpDate: string;
  readonly nonce: string;
  readonly action: string;
  readonly version: string;
}

/** What it answers: one line of JSON on its standard output. */
export interface OfficiallySigned {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBase64: string;
}

/** A request of the corpus, which replays without Python and Java. */
export interface CorpusRequest extends OfficiallySigned {
  readonly signer: OfficialSigner;
}

/** The corpus of requests that official signers have signed. */
export function readCorpus(): readonly CorpusRequest[] {
  const { requests } = JSON.parse(readFileSync(corpusFile, 'utf8')) as { readonly requests: CorpusRequest[] };
  return requests;
}

/** Where the corpus is. */
export const corpusFile = new URL('../testkit/recorded/official-signers.json', import.meta.url);

/** The request as a server receives it. */
export function received({ method, target, headers, bodyBase64 }: OfficiallySigned): SignedRequest {
  return { method, target, rawHeaders: headers.flat(), body: Buffer.from(bodyBase64, 'base64') };
}

const CHARACTERS = [
  ...'abzAZ019 -_.~+*%&=/?#:;,@!$\'()[]{}"<>|\\^`',
  '\t',
  'é',
  'ß',
  '中',
  '文',
  '繁',
  '\u0301',
  '🔑',
  '👩‍💻',
  '\u200b',
  '%2F',
  '%7E',
  '..',
];

const HEADER_VALUES = ['a', 'a b', 'a  b', '0', 'x=y;z', '"quoted"', 'a,b'];

/**
 * Makes a random request for a signer: any text in values and bodies. Names hold no `%`, `&` or `=`, which the official
 * signers leave as they are, so that two queries would have one canonical form; the verifier refuses those (its own tests
 * show that). For the same reason the ROA style has none of them in values, and no empty value from Java: its signer
 * leaves out the `=` there, so that `?x=1&b` could be two parameters or one.
 */
export function requestToSign(signer: OfficialSigner, random: Random): RequestToSign {
  const isPathStyle = signer.endsWith('ROA') || (signer.includes('openapi') && random.below(2) === 0);
  const isRoa = signer.endsWith('ROA');
  const hasForm = signer.includes('sdk-core') && !isRoa && random.below(2) === 0;
  const method = hasForm ? 'POST' : random.pick(['GET', 'POST', 'PUT', 'DELETE']);
  const hasBody =
    !hasForm && !signer.endsWith('RPC') && !signer.endsWith('core ACS3') && random.below(2) === 0;
  const isTemporary = random.below(4) === 0;
  const used = new Set<string>();
  const pairs = (most: number) =>
    somePairs(random, most, isRoa, used).filter(
      ([, value]) => value !== '' || signer !== 'java sdk-core ROA',
    );
  return {
    signer,
    method,
    path: isPathStyle
      ? Array.from({ length: 1 + random.below(3) }, () => someText(random, 6, /[/]/) || 'x')
      : [],
    query: pairs(6),
    form: hasForm ? pairs(6) : [],
    headers: signer.endsWith('RPC') ? {} : someHeaders(random),
    body: hasBody ? Buffer.from(someText(random, 60, /$^/) || '{}').toString('base64') : '',
    contentType: random.pick(['application/json', 'application/json; charset=utf-8', 'text/plain']),
    keyId: isTemporary ? 'STS.EXAMPLEKEYID000001' : 'LTAI5tEXAMPLEKEYID000001',
    secret: isTemporary ? 'ExampleSecret0000000000000002' : 'ExampleSecret0000000000000001',
    token: isTemporary ? 'ExampleSecurityToken000001==' : '',
    date: new Date(NOW).toISOString().replace('.000Z', 'Z'),
    httpDate: new Date(NOW).toUTCString(),
    nonce: `${random.below(2 ** 32).toString(16)}-${random.below(2 ** 32).toString(16)}`,
    action: random.pick(['CreateUser', 'ListUsers', 'GetRole']),
    version: '2015-05-01',
  };
}

function somePairs(random: Random, most: number, isRoa: boolean, used: Set<string>): [string, string][] {
  const made: [string, string][] = [];
  for (let count = random.below(most); count > 0; count--) {
    const name = someText(random, 8, /[%&=\p{Cc}]/u);
    // No client sends a name twice: its parameters are a map.
    if (name === '' || used.has(name.toLowerCase())) continue;
    used.add(name.toLowerCase());
    made.push([name, random.below(6) === 0 ? '' : someText(random, 16, isRoa ? /[%&=?#]/ : /$^/)]);
  }
  return made;
}

function someHeaders(random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let count = random.below(3); count > 0; count--) {
    headers[`x-acs-${random.pick(['meta', 'zone', 'a-b', 'trace'])}`] = random.pick(HEADER_VALUES);
  }
  return headers;
}

function someText(random: Random, most: number, unwanted: RegExp): string {
  let text = '';
  for (let count = random.below(most + 1); count > 0; count--) {
    const part = random.pick(CHARACTERS);
    if (!unwanted.test(part)) text += part;
  }
  return text;
}
