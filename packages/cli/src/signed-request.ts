import {
  type SchemeOptions,
  SignatureError,
  type SignedRequest,
  type SigningCredentials,
  signRequest,
} from '@claviger/signature';
import { type Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addProfileFlag, requireAccessKey } from './access-key.ts';
import { readGivenFile, readStandardInput } from './given-file.ts';
import type { Terminal } from './terminal.ts';

/** What `sign` and `call` are told of a request by their flags. */
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

/** Two of one of these are two requests to some servers. */
const FRAMING = ['content-length', 'transfer-encoding'];

type Header = readonly [name: string, value: string];

/** A request that is ready to be sent. */
export interface ReadyRequest {
  readonly url: URL;
  readonly request: SignedRequest;
  readonly credentials: SigningCredentials;
}

/** Adds METHOD, URL and the flags that say what is requested and how it is signed. */
export function addRequestFlags(command: Command): Command {
  command
    .argument('<method>', 'GET, POST, …', parseMethod)
    .argument('<url>', 'where to, with its query', parseUrl)
    .option('-H, --header <line>', 'a header, `Name: value`; may be given several times', addHeader, [])
    .option('-d, --data <body>', 'the body; @FILE reads it from a file, @- from standard input, as it is')
    .addOption(
      new Option('--scheme <scheme>', 'how to sign').choices(['acs3', 'acs4', 'rpc', 'roa']).default('acs3'),
    )
    .option('--action <name>', 'the operation, of an API that is told by name: CreateUser')
    .option('--version <version>', "that API's version: 2015-05-01")
    .option('--product <code>', 'of acs4: the product that the key is derived for')
    .option('--region <id>', 'of acs4: the region that the key is derived for (default: center)');
  return addProfileFlag(command);
}

/**
 * Signs the request that the flags describe, with the clock as it is now and a new nonce.
 * A body without `content-type` is JSON when it begins like it, and else a form, as with curl.
 * @throws CommanderError for flags that do not go together, or no AccessKey
 */
export async function signRequested(
  terminal: Terminal,
  method: string,
  url: URL,
  flags: RequestFlags,
): Promise<ReadyRequest> {
  const credentials = requireAccessKey(terminal, flags.profile);
  const body = flags.data === undefined ? new Uint8Array(0) : await readBody(terminal, flags.data);
  const given = new Set(flags.header.map(([name]) => name.toLowerCase()));
  const headers: Header[] = [
    ...(given.has('host') ? [] : [['host', url.host] as const]),
    ...(given.has('accept') ? [] : [['accept', 'application/json'] as const]),
    ...(body.length === 0 || given.has('content-type') ? [] : [['content-type', typeOf(body)] as const]),
    ...flags.header.map(([name, value]) => [name.toLowerCase(), value] as const),
  ];
  const { action, version } = flags;
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
    throw wrong(`this request cannot be signed: ${error.message}`);
  }
}

function schemeOf({ scheme, product, region }: RequestFlags): SchemeOptions {
  if (scheme !== 'acs4' && (product !== undefined || region !== undefined)) {
    throw wrong('--product and --region are for --scheme acs4');
  }
  switch (scheme) {
    case 'acs3':
      return { scheme: 'ACS3-HMAC-SHA256' };
    case 'acs4':
      if (product === undefined) throw wrong('--scheme acs4 needs --product');
      return { scheme: 'ACS4-HMAC-SHA256', product, ...(region === undefined ? {} : { region }) };
    case 'rpc':
      return { scheme: 'RPC-HMAC-SHA1' };
    case 'roa':
      return { scheme: 'ROA-HMAC-SHA1' };
  }
}

async function readBody(terminal: Terminal, data: string): Promise<Uint8Array> {
  if (data === '@-') return readStandardInput(terminal);
  return data.startsWith('@') ? readGivenFile('--data', data.slice(1)) : Buffer.from(data);
}

function typeOf(body: Uint8Array): string {
  const beginning = Buffer.from(body.subarray(0, 64)).toString('latin1').trimStart();
  return /^[{[]/.test(beginning) ? 'application/json' : 'application/x-www-form-urlencoded';
}

function parseMethod(text: string): string {
  const method = text.toUpperCase();
  if (method === 'CONNECT') {
    throw new InvalidArgumentError('CONNECT asks a proxy for a tunnel: there is nothing to sign.');
  }
  if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) {
    throw new InvalidArgumentError('the method comes first, as in: GET https://example.com/');
  }
  return method;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new InvalidArgumentError('it must begin with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidArgumentError('it must have no user and no password: an AccessKey signs.');
  }
  return url;
}

function addHeader(line: string, headers: readonly Header[]): readonly Header[] {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~\w-]+)(?::\s*(.*?)\s*|;)$/s.exec(line) ?? [];
  if (name === undefined || /[\r\n\0]/.test(value)) {
    throw new InvalidArgumentError('a header is written `Name: value`.');
  }
  if (name.toLowerCase() === 'authorization') {
    throw new InvalidArgumentError('the Authorization header is the signature itself.');
  }
  if (FRAMING.includes(name.toLowerCase())) {
    throw new InvalidArgumentError('whoever sends the body says how long it is.');
  }
  // Header values are bytes; a terminal writes UTF-8.
  return [...headers, [name, Buffer.from(value).toString('latin1')]];
}

function wrong(message: string): CommanderError {
  return new CommanderError(2, 'claviger.request', message);
}
