import type { SignedRequest } from '../src/index.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What a signed request says, read with as little code as possible and none of the package's: two requests with one
 * meaning ask for the same thing under the same signature. Header order, header case, the order of parameters and
 * the way they are percent-encoded are no part of it; nor are headers that the scheme does not sign.
 *
 * @returns a text to compare, or undefined when the request cannot be read
 */
export function meaningOf(request: SignedRequest, withBody: boolean): string | undefined {
  try {
    return JSON.stringify(read(request, withBody));
  } catch {
    return undefined;
  }
}

function read(request: SignedRequest, withBody: boolean): unknown {
  const mark = request.target.indexOf('?');
  const path = mark < 0 ? request.target : request.target.slice(0, mark);
  const query = pairs(mark < 0 ? '' : request.target.slice(mark + 1));
  const headers = fields(request.rawHeaders);
  const body = withBody ? Buffer.from(request.body).toString('hex') : 'not asked';
  const [authorization] = headers.get('authorization') ?? [];
  if (authorization === undefined) {
    const isForm = /^application\/x-www-form-urlencoded *(;|$)/i.test(
      headers.get('content-type')?.join() ?? '',
    );
    const form = isForm ? pairs(strictUtf8.decode(request.body)) : [];
    // A form with nothing in it is no body at all, whatever its type.
    return ['RPC', request.method, path, [...query, ...form].sort(), isForm ? '' : body];
  }
  if (authorization.startsWith('acs ')) {
    // ROA 1.0 has no way to tell an empty header of the four from an absent one.
    const signed = [...headers].filter(
      ([name, values]) =>
        name.startsWith('x-acs-') ||
        (/^(accept|content-md5|content-type|date)$/.test(name) && values.join() !== ''),
    );
    return ['ROA', authorization, request.method, path, query.sort(), signed.sort(), body];
  }
  const [, before, list, signature] = /^(.*?), *SignedHeaders=([^,]*), *Signature=(.*)$/.exec(authorization)!;
  const signed = list!.split(';').map((name) => [name, headers.get(name)]);
  // `*` and `~` may be escaped or not; any other change to a path is a change of its meaning.
  const place = path.replaceAll('%2A', '*').replaceAll('%7E', '~');
  return ['ACS', before, signature, request.method, place, query.sort(), signed, body];
}

function pairs(encoded: string): string[] {
  return encoded
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [name, ...value] = piece.replaceAll('+', ' ').split('=');
      return JSON.stringify([decodeURIComponent(name!), decodeURIComponent(value.join('='))]);
    });
}

function fields(rawHeaders: readonly string[]): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!.replace(/^[ \t]+|[ \t]+$/g, '');
    all.set(name, [...(all.get(name) ?? []), value]);
  }
  return all;
}
