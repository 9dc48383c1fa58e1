import {
  type SchemeOptions,
  SignatureError,
  type SignedRequest,
  type SigningCredentials,
  signRequest,
} from '@claviger/signature';
import { type Command, CommanderError, Option } from 'commander';
import { addProfileFlag, requireAccessKey } from './access-key.ts';
import { API_VERSIONS, versionOfProduct } from './api-versions.ts';
import { readInputFile, readStandardInput } from './input-file.ts';
import { InvalidValue } from './invalid-value.ts';
import type { Terminal } from './terminal.ts';

/** Flags of `sign` and `call` that describe a request. */
export interface RequestFlags {
  readonly header: readonly Header[];
  readonly data?: string;
  readonly scheme: 'acs3' | 'acs4' | 'rpc' | 'roa';
  readonly action?: string;
  readonly version?: string;
  readonly product?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Headers that are set from the body: a second one allows request smuggling. */
const FRAMING_HEADERS = ['content-length', 'transfer-encoding'];

type Header = readonly [name: string, value: string];

/** A signed request, its URL and the AccessKey that signed it. */
export interface SignedRequestToSend {
  readonly url: URL;
  readonly request: SignedRequest;
  readonly credentials: SigningCredentials;
}

/** Adds the arguments METHOD and URL, and the flags for the request and its signature. */
export function addRequestFlags(command: Command): Command {
  command
    .argument('<method>', 'GET, POST, …', parseMethod)
    .argument('<url>', 'URL of the request, with its query', parseUrl)
    .option('-H, --header <line>', 'add a header, `Name: value`; repeatable', addHeader, [])
    .option('-d, --data <body>', 'body; @FILE reads it from a file, @- from standard input')
    .addOption(
      new Option('--scheme <scheme>', 'signature scheme')
        .choices(['acs3', 'acs4', 'rpc', 'roa'])
        .default('acs3'),
    )
    .option('--action <name>', 'operation of an RPC API, such as CreateUser')
    .option('--version <version>', 'version of the API, such as 2015-05-01')
    .option(
      '--product <code>',
      'product of the API, such as ram: gives --version, and the signing key with --scheme acs4',
    )
    .option('--region <id>', 'region for the signing key, with --scheme acs4 (default: center)');
  return addProfileFlag(command);
}

/**
 * Signs the request that the flags describe, with the current time and a new nonce. Without `content-type` a body
 * that begins with `{` or `[` is JSON, any other a form, as with curl.
 * @throws CommanderError for conflicting flags or a missing AccessKey
 */
export async function signFromFlags(
  terminal: Terminal,
  method: string,
  url: URL,
  flags: RequestFlags,
): Promise<SignedRequestToSend> {
  const credentials = requireAccessKey(terminal, flags.profile);
  const body = flags.data === undefined ? new Uint8Array(0) : await readBody(terminal, flags.data);
  const given = new Set(flags.header.map(([name]) => name.toLowerCase()));
  const headers: Header[] = [
    ...(given.has('host') ? [] : [['host', url.host] as const]),
    ...(given.has('accept') ? [] : [['accept', 'application/json'] as const]),
    ...(body.length === 0 || given.has('content-type') ? [] : [['content-type', typeOf(body)] as const]),
    ...flags.header.map(([name, value]) => [name.toLowerCase(), value] as const),
  ];
  const { action } = flags;
  const version = versionOf(flags);
  try {
    const request = signRequest({ method, target: url.pathname + url.search, headers, body }, credentials, {
      ...schemeOf(flags),
      now: Date.now(),
      nonce: crypto.randomUUID(),
      ...(action === undefined ? {} : { action }),
      ...(version === undefined ? {} : { version }),
    });
    return { url: new URL(request.target, url), request, credentials };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw usageError(`cannot sign this request: ${error.message}`);
  }
}

/** The version of `--version`, or that of the product when the request names an operation. */
function versionOf({ action, version, product, scheme }: RequestFlags): string | undefined {
  if (version !== undefined || product === undefined) return version;
  const known = versionOfProduct(product);
  if (action !== undefined && known !== undefined) return known;
  // With acs4 any service has a product.
  if (scheme === 'acs4') return undefined;
  const products = Object.keys(API_VERSIONS).join(', ');
  throw usageError(
    action === undefined
      ? '--product requires --action, or --scheme acs4'
      : `unknown product "${product}": expected ${products}, or give --version`,
  );
}

function schemeOf({ scheme, product, region }: RequestFlags): SchemeOptions {
  if (scheme !== 'acs4' && region !== undefined) throw usageError('--region requires --scheme acs4');
  switch (scheme) {
    case 'acs3':
      return { scheme: 'ACS3-HMAC-SHA256' };
    case 'acs4':
      if (product === undefined) throw usageError('--scheme acs4 requires --product');
      return { scheme: 'ACS4-HMAC-SHA256', product, ...(region === undefined ? {} : { region }) };
    case 'rpc':
      return { scheme: 'RPC-HMAC-SHA1' };
    case 'roa':
      return { scheme: 'ROA-HMAC-SHA1' };
  }
}

async function readBody(terminal: Terminal, data: string): Promise<Uint8Array> {
  if (data === '@-') return readStandardInput(terminal);
  return data.startsWith('@') ? readInputFile('--data', data.slice(1)) : Buffer.from(data);
}

function typeOf(body: Uint8Array): string {
  const beginning = Buffer.from(body.subarray(0, 64)).toString('latin1').trimStart();
  return /^[{[]/.test(beginning) ? 'application/json' : 'application/x-www-form-urlencoded';
}

function parseMethod(text: string): string {
  const method = text.toUpperCase();
  if (method === 'CONNECT') {
    throw new InvalidValue('method', text, 'a method other than CONNECT, which has nothing to sign');
  }
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) {
    throw new InvalidValue('method', text, 'a method before the URL: GET https://example.com/');
  }
  return method;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidValue('URL', text, 'http:// or https://');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidValue('URL', undefined, 'no user name and password: the AccessKey authenticates');
  }
  return url;
}

function addHeader(line: string, headers: readonly Header[]): readonly Header[] {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+)(?::\s*(.*?)\s*|;)$/s.exec(line) ?? [];
  if (name === undefined || /[\r\n\0]/.test(value)) {
    throw new InvalidValue('header', name, 'the form `Name: value`');
  }
  if (name.toLowerCase() === 'authorization') {
    throw new InvalidValue('header', name, 'no Authorization: the signature is put there');
  }
  if (FRAMING_HEADERS.includes(name.toLowerCase())) {
    throw new InvalidValue('header', name, 'no length of the body: it is set when the request is sent');
  }
  // Header values are bytes; the terminal sends UTF-8.
  return [...headers, [name, Buffer.from(value).toString('latin1')]];
}

function usageError(message: string): CommanderError {
  return new CommanderError(2, 'claviger.request', message);
}
