import { hash } from 'node:crypto';
import { HeaderFields } from '../header-fields.ts';
import { bodyDigest } from '../hmac.ts';
import type { ContentHash, KeySignature } from '../parsed-signature.ts';
import { hasFormType } from '../request-content.ts';

interface BodyExplanation {
  readonly outcome: 'holds' | 'fails' | 'unknown';
  readonly seen: string;
  readonly advice: readonly string[];
}

/** Compares the body with its signed digest; if they differ, looks for the change that was made. */
export function explainBody(parsed: KeySignature): BodyExplanation {
  const { body } = parsed.request;
  if (body === undefined) {
    return { outcome: 'unknown', seen: 'The body is not available.', advice: [] };
  }
  const contentHash = 'contentHash' in parsed ? parsed.contentHash : undefined;
  if (contentHash === undefined) return withoutDigest(parsed, body);
  if (digestOf(contentHash, body) === contentHash.value) {
    return { outcome: 'holds', seen: `The body of ${bytes(body)} has the signed digest.`, advice: [] };
  }
  return {
    outcome: 'fails',
    seen: `The body of ${bytes(body)} has the digest ${digestOf(contentHash, body)}; signed is ${contentHash.value}.`,
    advice: changes(body)
      .filter(({ before }) => digestOf(contentHash, before) === contentHash.value)
      .slice(0, 1)
      .map(({ what }) => what),
  };
}

function withoutDigest(parsed: KeySignature, body: Uint8Array): BodyExplanation {
  const headers = new HeaderFields(parsed.request.rawHeaders);
  if (parsed.scheme === 'RPC-HMAC-SHA1' && hasFormType(headers)) {
    return { outcome: 'holds', seen: 'The form in the body is signed with the parameters.', advice: [] };
  }
  const declaresContent = parsed.scheme === 'ROA-HMAC-SHA1' && headers.has('content-type');
  if (body.length === 0 && !declaresContent)
    return { outcome: 'holds', seen: 'There is no body.', advice: [] };
  const way = parsed.scheme === 'ROA-HMAC-SHA1' ? 'Send `content-md5`' : 'Send it as a form';
  return {
    outcome: 'fails',
    seen: `The signature does not cover the body of ${bytes(body)}.`,
    advice: [`${way}, or sign with ACS3-HMAC-SHA256.`],
  };
}

function digestOf({ algorithm }: ContentHash, body: Uint8Array): string {
  return algorithm === 'md5' ? hash('md5', body, 'base64') : bodyDigest(algorithm, body);
}

/** Candidates for a change of the body after it was signed: the bytes before it, and a description. */
function changes(body: Uint8Array): { readonly before: Uint8Array; readonly what: string }[] {
  const text = Buffer.from(body).toString('utf8');
  const given = (what: string, ...texts: (string | undefined)[]) =>
    texts.filter((each) => each !== undefined).map((each) => ({ before: Buffer.from(each), what }));
  return [
    ...given('An empty body was signed: the client signs before it knows the body.', ''),
    ...given('The line feed at the end was not signed.', text.replace(/\r?\n$/, '')),
    ...given('A line feed at the end was signed, and is missing.', `${text}\n`, `${text}\r\n`),
    ...given('LF line ends were signed where the body has CRLF.', text.replaceAll('\r\n', '\n')),
    ...given('CRLF line ends were signed where the body has LF.', text.replace(/\r?\n/g, '\r\n')),
    ...given('A byte order mark was signed, and is missing.', `\ufeff${text}`),
    ...given('The byte order mark was not signed.', text.replace(/^\ufeff/, '')),
    ...given('The JSON was serialised again after it was signed.', ...rewritten(text)),
  ];
}

/** Returns the forms in which common libraries serialise the same JSON. */
function rewritten(text: string): (string | undefined)[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const compact = JSON.stringify(value);
  const spaced = JSON.stringify(value, undefined, 1)
    .replace(/,\n\s*/g, ', ')
    .replace(/\n\s*/g, '');
  const ascii = (json: string) =>
    json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const forms = [compact, spaced, JSON.stringify(value, undefined, 2), JSON.stringify(value, undefined, 4)];
  return [...forms, ...forms.map(ascii)];
}

function bytes(body: Uint8Array): string {
  return `${body.length} byte${body.length === 1 ? '' : 's'}`;
}
