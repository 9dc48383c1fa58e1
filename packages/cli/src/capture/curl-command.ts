import { readInputFile } from '../input-file.ts';
import { type CapturedRequest, InvalidCapture } from './captured-request.ts';

/** Flags of curl that set a part of the request; each takes a value. */
const WITH_VALUE: Readonly<Record<string, string>> = {
  '-X': 'method',
  '--request': 'method',
  '-H': 'header',
  '--header': 'header',
  '-d': 'data',
  '--data': 'data',
  '--data-ascii': 'data',
  '--data-raw': 'data-raw',
  '--data-binary': 'data-binary',
  '--data-urlencode': 'data-urlencode',
  '--json': 'json',
  '--url': 'url',
  '-A': 'user-agent',
  '--user-agent': 'user-agent',
  '-e': 'referer',
  '--referer': 'referer',
  '-b': 'cookie',
  '--cookie': 'cookie',
};
/** Flags of curl with a value that do not change the signed request. */
const IGNORED_WITH_VALUE = new Set(
  '-o --output -m --max-time --connect-timeout --retry --cacert -x --proxy --resolve -w --write-out'.split(
    ' ',
  ),
);
/** Flags of curl without a value that do not change the signed request. */
const IGNORED = new Set(
  (
    '-s -S -k -v -i -f -L -g -N -# --silent --show-error --insecure --verbose --include --fail --location ' +
    '--compressed --globoff --path-as-is --http1.1 --http2 --no-buffer'
  ).split(' '),
);

/**
 * Reads a curl command, for example from documentation or a browser ("copy as cURL"), as the request that curl sends.
 * @param readFile reads the `@FILE` of a body; from the disk when absent
 * @throws InvalidCapture for another text, and for an unknown flag
 */
export function readCurlCommand(
  text: string,
  readFile: (name: string) => Buffer = (name) => readInputFile('', name),
): CapturedRequest {
  const words = shellWords(text.trim());
  if (words.shift() !== 'curl') throw new InvalidCapture('expected a command that begins with `curl`');
  const parsed = readFlags(words);
  if (parsed.url === undefined) throw new InvalidCapture('the curl command has no URL');
  const url = parseUrl(parsed.url);
  const bodies = parsed.bodies.map(({ kind, value }) => bodyOf(kind, value, readFile));
  const body = bodies.length === 0 ? undefined : Buffer.from(bodies.join('&'), 'latin1');
  const query =
    parsed.inQuery && body !== undefined ? `${url.query === '' ? '?' : '&'}${body.toString('latin1')}` : '';
  const sent = parsed.inQuery || body === undefined ? Buffer.alloc(0) : body;
  const method =
    parsed.method ?? (parsed.isHead ? 'HEAD' : sent.length > 0 || (body && !parsed.inQuery) ? 'POST' : 'GET');
  return {
    request: {
      method,
      target: `${url.path}${url.query}${query}`,
      rawHeaders: headersOf(parsed, url.host, body !== undefined && !parsed.inQuery),
      body: sent,
    },
    notes: [],
    sentTo: url.host,
  };
}

/**
 * Formats a curl command that sends a request.
 * @param headers with their values as text
 * @param body as text or as the name of a file; undefined for none
 */
export function writeCurlCommand(
  method: string,
  url: URL,
  headers: readonly (readonly [name: string, value: string])[],
  body: { readonly text: string } | { readonly file: string } | undefined,
): string {
  const { href } = url;
  const data = body === undefined ? [] : 'text' in body ? body.text : `@${body.file}`;
  const lines = [
    // Without `-g`, curl expands brackets and braces to several URLs.
    `curl ${/[[\]{}]/.test(href) ? '-g ' : ''}${methodFlag(method, body !== undefined)}${quoted(href)}`,
    ...headers.map(([name, value]) => `-H ${quoted(value === '' ? `${name};` : `${name}: ${value}`)}`),
    ...[data]
      .flat()
      .map(
        (text) => `${body !== undefined && 'text' in body ? '--data-raw' : '--data-binary'} ${quoted(text)}`,
      ),
  ];
  return lines.join(' \\\n  ');
}

function methodFlag(method: string, hasBody: boolean): string {
  if (method === 'HEAD') return '-I ';
  return method === (hasBody ? 'POST' : 'GET') ? '' : `-X ${method} `;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

interface CurlArguments {
  url: string | undefined;
  method: string | undefined;
  isHead: boolean;
  inQuery: boolean;
  headers: string[];
  bodies: { readonly kind: string; readonly value: string }[];
}

function readFlags(words: string[]): CurlArguments {
  const parsed: CurlArguments = {
    url: undefined,
    method: undefined,
    isHead: false,
    inQuery: false,
    headers: [],
    bodies: [],
  };
  while (words.length > 0) {
    const { flag, attached, rest } = nextFlag(words.shift()!);
    if (rest !== undefined) words.unshift(rest);
    const value = () => attached ?? words.shift() ?? '';
    const meaning = WITH_VALUE[flag];
    if (meaning !== undefined) setArgument(parsed, meaning, value());
    else if (IGNORED_WITH_VALUE.has(flag)) value();
    else if (flag === '-G' || flag === '--get') parsed.inQuery = true;
    else if (flag === '-I' || flag === '--head') parsed.isHead = true;
    else if (IGNORED.has(flag)) continue;
    else if (flag.startsWith('-')) throw new InvalidCapture(`unsupported curl flag \`${flag}\``);
    else parsed.url = flag;
  }
  return parsed;
}

/** Splits a word: `--flag=value`, `-XPUT`, or `-sX`, of which `-X` is the rest. */
function nextFlag(word: string): { flag: string; attached?: string; rest?: string } {
  if (word.startsWith('--')) {
    const [flag = '', ...value] = word.split('=');
    return value.length === 0 ? { flag } : { flag, attached: value.join('=') };
  }
  if (!word.startsWith('-') || word.length <= 2) return { flag: word };
  const flag = word.slice(0, 2);
  const takesValue = flag in WITH_VALUE || IGNORED_WITH_VALUE.has(flag);
  return takesValue ? { flag, attached: word.slice(2) } : { flag, rest: `-${word.slice(2)}` };
}

function setArgument(parsed: CurlArguments, meaning: string, value: string): void {
  switch (meaning) {
    case 'method':
      parsed.method = value;
      break;
    case 'url':
      parsed.url = value;
      break;
    case 'header':
      parsed.headers.push(value);
      break;
    case 'user-agent':
    case 'referer':
    case 'cookie':
      parsed.headers.push(`${meaning}: ${value}`);
      break;
    default:
      parsed.bodies.push({ kind: meaning, value });
  }
}

function headersOf({ headers, bodies }: CurlArguments, host: string, hasBody: boolean): string[] {
  const given = headers.flatMap((line): [string, string][] => {
    const [, name, colon, value = ''] = /^([^:;]+)([:;])\s*(.*?)\s*$/s.exec(line) ?? [];
    if (name === undefined) throw new InvalidCapture(`invalid header \`${line}\``);
    // curl omits a header for `Name:` and sends it empty for `Name;`.
    return colon === ':' && value === '' ? [] : [[name, Buffer.from(value).toString('latin1')]];
  });
  const removed = headers
    .filter((line) => /^[^:]+:\s*$/.test(line))
    .map((line) => line.split(':')[0]!.toLowerCase());
  const names = new Set([...given.map(([name]) => name.toLowerCase()), ...removed]);
  const isJson = bodies.some(({ kind }) => kind === 'json');
  const own: [string, string][] = [
    ['host', host],
    ['accept', isJson ? 'application/json' : '*/*'],
    ...(hasBody
      ? [
          ['content-type', isJson ? 'application/json' : 'application/x-www-form-urlencoded'] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  return [...own.filter(([name]) => !names.has(name)), ...given].flat();
}

/** Returns the body that curl sends for the value of a flag, one character per byte. */
function bodyOf(kind: string, value: string, readFile: (name: string) => Buffer): string {
  const file = value.startsWith('@') && kind !== 'data-raw' && kind !== 'data-urlencode';
  if (kind === 'data-urlencode') return urlEncoded(value, readFile);
  if (!file) return Buffer.from(value).toString('latin1');
  const text = readFile(value.slice(1)).toString('latin1');
  return kind === 'data' ? text.replace(/[\r\n\0]/g, '') : text;
}

function urlEncoded(value: string, readFile: (name: string) => Buffer): string {
  const [, name, mark, content] = /^([^=@]*)([=@])(.*)$/s.exec(value) ?? [undefined, '', '=', value];
  const text = mark === '@' ? readFile(content!).toString('utf8') : content!;
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return name === '' ? encoded : `${name}=${encoded}`;
}

function parseUrl(text: string): { readonly host: string; readonly path: string; readonly query: string } {
  const withScheme = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) throw new InvalidCapture(`invalid URL \`${text}\``);
  const url = new URL(withScheme);
  return { host: url.host, path: url.pathname, query: url.search };
}

/** Splits a command as a POSIX shell does, without expansion. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\') {
      const next = text[++at];
      if (next === '\r') at++;
      if (next !== '\n' && next !== '\r') word = (word ?? '') + (next ?? '');
    } else if (character === "'" || character === '"' || (character === '$' && text[at + 1] === "'")) {
      const end =
        character === '"'
          ? endOfDouble(text, at)
          : endOfSingle(text, character === '$' ? at + 1 : at, character === '$');
      const inside = text.slice(character === '$' ? at + 2 : at + 1, end);
      word =
        (word ?? '') + (character === '$' ? ansi(inside) : character === '"' ? unescaped(inside) : inside);
      at = end;
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

function endOfSingle(text: string, start: number, escapes: boolean): number {
  for (let at = start + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++;
    else if (text[at] === "'") return at;
  }
  throw new InvalidCapture("unclosed '");
}

function endOfDouble(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  throw new InvalidCapture('unclosed "');
}

function unescaped(text: string): string {
  return text.replace(/\\(["\\$`])/g, '$1').replace(/\\\r?\n/g, '');
}

const ANSI_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' };

function ansi(text: string): string {
  return text.replace(/\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/gs, (_, wide, byte, sign: string) => {
    const code = (wide ?? byte) as string | undefined;
    return code === undefined ? (ANSI_ESCAPES[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16));
  });
}
