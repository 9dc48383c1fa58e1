import { type CapturedRequest, CaptureUnreadable } from './captured-request.ts';

interface NameValue {
  readonly name: string;
  readonly value: string;
}

interface Entry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly headers?: readonly NameValue[];
    readonly postData?: { readonly text?: string; readonly encoding?: string };
    readonly bodySize?: number;
  };
  readonly response?: {
    readonly headers?: readonly NameValue[];
    readonly content?: { readonly text?: string; readonly encoding?: string };
  };
}

/**
 * Reads a request of an HTTP archive, as browsers and proxies save it; its answer is read with it.
 * @param text a whole archive, or one entry of it
 * @param number which entry, from 1; when absent the only one, or the last that is signed
 * @throws CaptureUnreadable
 */
export function readHarEntry(text: string, number?: number): CapturedRequest {
  const entries = readEntries(text);
  const signed = entries.filter(isSigned);
  const entry = number === undefined ? (signed.at(-1) ?? entries.at(-1)) : entries[number - 1];
  const { request, response } = entry ?? {};
  if (request === undefined || typeof request.method !== 'string' || typeof request.url !== 'string') {
    throw new CaptureUnreadable(
      number === undefined
        ? 'it holds no request'
        : `it holds no request number ${number}: there are ${entries.length}`,
    );
  }
  if (!URL.canParse(request.url)) throw new CaptureUnreadable(`\`${request.url}\` is no address`);
  const url = new URL(request.url);
  const headers = (request.headers ?? []).filter(({ name }) => !name.startsWith(':'));
  const hasHost = headers.some(({ name }) => name.toLowerCase() === 'host');
  const rawHeaders = [
    ...(hasHost ? [] : ['host', url.host]),
    ...headers.flatMap(({ name, value }) => [name, Buffer.from(value).toString('latin1')]),
  ];
  const head = { method: request.method, target: url.pathname + url.search, rawHeaders };
  const answer = response?.content?.text;
  const date = response?.headers?.find(({ name }) => name.toLowerCase() === 'date')?.value;
  const answeredAt = date === undefined ? Number.NaN : Date.parse(date);
  const isLacking = request.postData?.text === undefined && (request.bodySize ?? 0) > 0;
  const chosen = number === undefined && entries.length > 1 ? entries.indexOf(entry!) + 1 : undefined;
  return {
    request: isLacking ? head : { ...head, body: bytesOf(request.postData) },
    notes: [
      ...(chosen === undefined ? [] : [`Entry ${chosen} of ${entries.length}; choose another with --entry.`]),
      ...(isLacking ? ['The body is not in the archive.'] : []),
    ],
    ...(answer === undefined ? {} : { serverMessage: bytesOf(response?.content).toString('utf8') }),
    ...(Number.isNaN(answeredAt) ? {} : { answeredAt }),
  };
}

function readEntries(text: string): readonly Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CaptureUnreadable('it is not JSON');
  }
  const { log, entries } = (value ?? {}) as {
    readonly log?: { readonly entries?: unknown };
    readonly entries?: unknown;
  };
  const found = log?.entries ?? entries ?? [value];
  return Array.isArray(found) ? (found as readonly (Entry | null)[]).map((entry) => entry ?? {}) : [];
}

function isSigned({ request }: Entry): boolean {
  const inHeaders = request?.headers?.some(
    ({ name, value }) => name.toLowerCase() === 'authorization' && /^(?:ACS\d-|acs )/.test(value),
  );
  return (
    inHeaders === true ||
    /[?&]Signature=/.test(String(request?.url)) ||
    /(?:^|&)Signature=/.test(request?.postData?.text ?? '')
  );
}

function bytesOf(content: { readonly text?: string; readonly encoding?: string } | undefined): Buffer {
  return Buffer.from(content?.text ?? '', content?.encoding === 'base64' ? 'base64' : 'utf8');
}
