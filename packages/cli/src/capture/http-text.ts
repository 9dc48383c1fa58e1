import { type CapturedRequest, InvalidCapture } from './captured-request.ts';

const REQUEST_LINE = /^([A-Z][A-Z-]*) (\S+)(?: HTTP\/[\d.]+)?$/;

/**
 * Reads a raw HTTP request: request line, headers, an empty line, the body. Lines may end with LF only.
 * Also reads the output of `curl -v`, from its lines that begin with `> `.
 * @throws InvalidCapture
 */
export function readHttpText(bytes: Buffer): CapturedRequest {
  const { head, body } = split(withoutCurlPrefixes(bytes));
  const lines = head.split(/\r?\n/);
  while (lines[0]?.trim() === '') lines.shift();
  const [, method, target] = REQUEST_LINE.exec(lines[0]?.trimEnd() ?? '') ?? [];
  if (method === undefined || target === undefined) {
    throw new InvalidCapture('expected a request line first, such as: GET /path HTTP/1.1');
  }
  const rawHeaders = lines.slice(1).flatMap(readField);
  const absolute = /^https?:\/\//i.test(target) && URL.canParse(target) ? new URL(target) : undefined;
  if (absolute !== undefined && headerOf(rawHeaders, 'host') === undefined) {
    rawHeaders.unshift('host', absolute.host);
  }
  const path = absolute === undefined ? target : target.replace(/^https?:\/\/[^/?]*(?=[/?]|$)/i, '');
  const request = { method, target: path.startsWith('/') ? path : `/${path}`, rawHeaders };
  const read = readBody(rawHeaders, body);
  return {
    request: read.body === undefined ? request : { ...request, body: read.body },
    notes: read.notes,
    ...(absolute === undefined ? {} : { sentTo: absolute.host }),
  };
}

function withoutCurlPrefixes(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  if (!/^> /m.test(text) || REQUEST_LINE.test(text.split(/\r?\n/, 1)[0]!)) return bytes;
  const sent = text.split(/\r?\n/).filter((line) => line.startsWith('>'));
  return Buffer.from(`${sent.map((line) => line.replace(/^> ?/, '')).join('\r\n')}\r\n`, 'latin1');
}

function split(bytes: Buffer): { readonly head: string; readonly body: Buffer } {
  const text = bytes.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text.replace(/^\s+/, (blanks) => ' '.repeat(blanks.length)));
  if (end === null) return { head: text.trimEnd(), body: Buffer.alloc(0) };
  return { head: text.slice(0, end.index), body: bytes.subarray(end.index + end[0].length) };
}

function readField(line: string, at: number): [string, string] {
  const colon = line.indexOf(':');
  if (colon < 1 || /^\s/.test(line)) {
    throw new InvalidCapture(`line ${at + 2}: invalid header: expected \`name: value\``);
  }
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function readBody(rawHeaders: readonly string[], rest: Buffer) {
  if (/\bchunked\b/i.test(headerOf(rawHeaders, 'transfer-encoding') ?? '')) {
    return { body: readChunks(rest), notes: [] };
  }
  const declared = headerOf(rawHeaders, 'content-length');
  if (declared === undefined) {
    const isBlank = rest.toString('latin1').trim() === '';
    const notes = isBlank ? [] : [`No Content-Length: all ${rest.length} bytes are used as the body.`];
    return { body: isBlank ? Buffer.alloc(0) : rest, notes };
  }
  const length = Number(declared);
  if (!Number.isSafeInteger(length) || length < 0)
    throw new InvalidCapture(`invalid Content-Length ${JSON.stringify(declared)}: expected a number`);
  if (rest.length < length) {
    const notes = [`The body is incomplete: ${rest.length} of ${length} bytes were captured.`];
    return { body: undefined, notes };
  }
  const beyond = rest.subarray(length).toString('latin1');
  // Editors add a line feed at the end that is not part of the body.
  const notes = beyond.trim() === '' ? [] : [`${beyond.length} bytes beyond Content-Length are ignored.`];
  return { body: rest.subarray(0, length), notes };
}

function readChunks(rest: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = rest.indexOf('\n', at);
    const size = Number.parseInt(rest.toString('latin1', at, end < 0 ? rest.length : end), 16);
    if (!(size >= 0)) throw new InvalidCapture('invalid chunk in the body');
    if (size === 0) return Buffer.concat(chunks);
    const chunk = rest.subarray(end + 1, end + 1 + size);
    if (end < 0 || chunk.length < size) throw new InvalidCapture('missing last chunk of the body');
    chunks.push(chunk);
    at = rest.indexOf('\n', end + 1 + size) + 1;
    if (at === 0) throw new InvalidCapture('missing last chunk of the body');
  }
}

function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((text, place) => place % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}
