import { type CapturedRequest, InvalidCapture } from './captured-request.ts';

/** Fields of an archive entry that are used; a field of another type is treated as absent. */
interface Entry {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: readonly Header[];
  readonly body: Buffer | undefined;
  readonly bodySize: number;
  readonly response: Buffer | undefined;
  readonly responseHeaders: readonly Header[];
}

type Header = readonly [name: string, value: string];
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a request and its response from an HTTP archive, as browsers and proxies save it.
 * @param text an archive, or one entry of it
 * @param number of the entry, from 1; when absent the last signed one, otherwise the last
 * @throws InvalidCapture
 */
export function readHarEntry(text: string, number?: number): CapturedRequest {
  const entries = readEntries(text);
  const at = number === undefined ? lastSigned(entries) : number - 1;
  const entry = entries[at];
  if (entry?.method === undefined || entry.url === undefined) {
    throw new InvalidCapture(
      number === undefined
        ? 'the archive has no request'
        : `the archive has no request ${number}: expected 1 to ${entries.length}`,
    );
  }
  if (!URL.canParse(entry.url)) throw new InvalidCapture(`invalid URL \`${entry.url}\``);
  const url = new URL(entry.url);
  const hasHost = entry.headers.some(([name]) => name.toLowerCase() === 'host');
  const rawHeaders = [...(hasHost ? [] : ['host', url.host]), ...entry.headers.flat()];
  const head = { method: entry.method, target: url.pathname + url.search, rawHeaders };
  const date = Date.parse(entry.responseHeaders.find(([name]) => name.toLowerCase() === 'date')?.[1] ?? '');
  const isBodyMissing = entry.body === undefined && entry.bodySize > 0;
  return {
    request: isBodyMissing ? head : { ...head, body: entry.body ?? Buffer.alloc(0) },
    sentTo: url.host,
    notes: [
      ...(number === undefined && entries.length > 1
        ? [`Entry ${at + 1} of ${entries.length}; choose another with --entry.`]
        : []),
      ...(isBodyMissing ? ['The archive does not contain the body.'] : []),
    ],
    ...(entry.response === undefined ? {} : { serverMessage: entry.response.toString('utf8') }),
    ...(Number.isNaN(date) ? {} : { answeredAt: date }),
  };
}

function readEntries(text: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidCapture('invalid JSON');
  }
  const archive = fieldsOf(value);
  const entries = fieldsOf(archive['log'])['entries'] ?? archive['entries'] ?? [value];
  return listOf(entries).map(readEntry);
}

function readEntry(value: unknown): Entry {
  const entry = fieldsOf(value);
  const request = fieldsOf(entry['request']);
  const response = fieldsOf(entry['response']);
  const { bodySize } = request;
  return {
    method: textOf(request['method']),
    url: textOf(request['url']),
    headers: headersOf(request['headers']),
    body: contentOf(request['postData']),
    bodySize: typeof bodySize === 'number' ? bodySize : 0,
    response: contentOf(response['content']),
    responseHeaders: headersOf(response['headers']),
  };
}

/** Returns the headers without the pseudo-headers of HTTP/2, which begin with a colon. */
function headersOf(value: unknown): Header[] {
  return listOf(value).flatMap((each): Header[] => {
    const { name, value: text } = fieldsOf(each);
    if (typeof name !== 'string' || typeof text !== 'string' || /^:|^$/.test(name)) return [];
    return [[name, Buffer.from(text).toString('latin1')]];
  });
}

function contentOf(value: unknown): Buffer | undefined {
  const { text, encoding } = fieldsOf(value);
  if (typeof text !== 'string') return undefined;
  return Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8');
}

function lastSigned(entries: readonly Entry[]): number {
  const signed = entries.findLastIndex(
    ({ headers, url = '', body }) =>
      headers.some(
        ([name, value]) => name.toLowerCase() === 'authorization' && /^ACS\d-|^acs /.test(value),
      ) ||
      /[?&]Signature=/.test(url) ||
      /(?:^|&)Signature=/.test(body?.toString('latin1') ?? ''),
  );
  return signed < 0 ? entries.length - 1 : signed;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
