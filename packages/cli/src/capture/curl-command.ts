import { readGivenFile } from '../given-file.ts';
import { type CapturedRequest, CaptureUnreadable } from './captured-request.ts';

/** Flags of curl that say what is sent; each of them takes a value. */
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
/** Flags of curl that change nothing of what is signed: those that take a value, and those that take none. */
const OF_NO_MATTER_WITH_VALUE = new Set(
  '-o --output -m --max-time --connect-timeout --retry --cacert -x --proxy --resolve -w --write-out'.split(
    ' ',
  ),
);
const OF_NO_MATTER = new Set(
  (
    '-s -S -k -v -i -f -L -g -N -# --silent --show-error --insecure --verbose --include --fail --location ' +
    '--compressed --globoff --path-as-is --http1.1 --http2 --no-buffer'
  ).split(' '),
);

/**
 * Reads a curl command, as documentation and browsers ("copy as cURL") give it: what curl would send.
 * @param readFile how the `@FILE` of a body is read; from the disk when absent
 * @throws CaptureUnreadable for what is no such command, and for a flag that is not known to be of no matter
 */
export function readCurlCommand(
  text: string,
  readFile: (name: string) => Buffer = (name) => readGivenFile('', name),
): CapturedRequest {
  const words = shellWords(text.trim());
  if (words.shift() !== 'curl') throw new CaptureUnreadable('it must begin with `curl`');
  const told = readFlags(words);
  if (told.url === undefined) throw new CaptureUnreadable('the curl command names no address');
  const url = parseUrl(told.url);
  const bodies = told.bodies.map(({ kind, value }) => bodyOf(kind, value, readFile));
  const body = bodies.length === 0 ? undefined : Buffer.from(bodies.join('&'), 'latin1');
  const query =
    told.inQuery && body !== undefined ? `${url.query === '' ? '?' : '&'}${body.toString('latin1')}` : '';
  const sent = told.inQuery || body === undefined ? Buffer.alloc(0) : body;
  const method =
    told.method ?? (told.isHead ? 'HEAD' : sent.length > 0 || (body && !told.inQuery) ? 'POST' : 'GET');
  return {
    request: {
      method,
      target: `${url.path}${url.query}${query}`,
      rawHeaders: headersOf(told, url.host, body !== undefined && !told.inQuery),
      body: sent,
    },
    notes: [],
    sentTo: url.host,
  };
}

/**
 * Writes a curl command that sends a request.
 * @param headers their values as text
 * @param body as text, or the name of the file that holds it; undefined for none
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
    // curl would take brackets and braces for a pattern of many addresses.
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

interface Told {
  url: string | undefined;
  method: string | undefined;
  isHead: boolean;
  inQuery: boolean;
  headers: string[];
  bodies: { readonly kind: string; readonly value: string }[];
}

function readFlags(words: string[]): Told {
  const told: Told = {
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
    if (meaning !== undefined) take(told, meaning, value());
    else if (OF_NO_MATTER_WITH_VALUE.has(flag)) value();
    else if (flag === '-G' || flag === '--get') told.inQuery = true;
    else if (flag === '-I' || flag === '--head') told.isHead = true;
    else if (OF_NO_MATTER.has(flag)) continue;
    else if (flag.startsWith('-'))
      throw new CaptureUnreadable(`curl's flag \`${flag}\` is not understood here`);
    else told.url = flag;
  }
  return told;
}

/** A word taken apart: `--flag=value`, `-XPUT`, or `-sX`, of which `-X` is left. */
function nextFlag(word: string): { flag: string; attached?: string; rest?: string } {
  if (word.startsWith('--')) {
    const [flag = '', ...value] = word.split('=');
    return value.length === 0 ? { flag } : { flag, attached: value.join('=') };
  }
  if (!word.startsWith('-') || word.length <= 2) return { flag: word };
  const flag = word.slice(0, 2);
  const takesValue = flag in WITH_VALUE || OF_NO_MATTER_WITH_VALUE.has(flag);
  return takesValue ? { flag, attached: word.slice(2) } : { flag, rest: `-${word.slice(2)}` };
}

function take(told: Told, meaning: string, value: string): void {
  switch (meaning) {
    case 'method':
      told.method = value;
      break;
    case 'url':
      told.url = value;
      break;
    case 'header':
      told.headers.push(value);
      break;
    case 'user-agent':
    case 'referer':
    case 'cookie':
      told.headers.push(`${meaning}: ${value}`);
      break;
    default:
      told.bodies.push({ kind: meaning, value });
  }
}

function headersOf({ headers, bodies }: Told, host: string, hasBody: boolean): string[] {
  const given = headers.flatMap((line): [string, string][] => {
    const [, name, colon, value = ''] = /^([^:;]+)([:;])\s*(.*?)\s*$/s.exec(line) ?? [];
    if (name === undefined) throw new CaptureUnreadable(`\`${line}\` is no header`);
    // `Name:` tells curl to leave a header out, `Name;` to send it empty.
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

/** What curl makes of the value of a body's flag, one character a byte. */
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
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return name === '' ? encoded : `${name}=${encoded}`;
}

function parseUrl(text: string): { readonly host: string; readonly path: string; readonly query: string } {
  const withScheme = /^https?:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) throw new CaptureUnreadable(`\`${text}\` is no address`);
  const url = new URL(withScheme);
  return { host: url.host, path: url.pathname, query: url.search };
}

/** Splits a command as a POSIX shell does, without expanding anything. */
export function shellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '\\') {
      const next = text[++at];
      if (next === '\r') at++;
      if (next !== '\n' && next !== '\r') word = (word ?? '') + (next ?? '');
    } else if (sign === "'" || sign === '"' || (sign === '$' && text[at + 1] === "'")) {
      const end =
        sign === '"' ? endOfDouble(text, at) : endOfSingle(text, sign === '$' ? at + 1 : at, sign === '$');
      const inside = text.slice(sign === '$' ? at + 2 : at + 1, end);
      word = (word ?? '') + (sign === '$' ? ansi(inside) : sign === '"' ? unescaped(inside) : inside);
      at = end;
    } else if (/\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + sign;
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
  throw new CaptureUnreadable("a ' is not closed");
}

function endOfDouble(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  throw new CaptureUnreadable('a " is not closed');
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
