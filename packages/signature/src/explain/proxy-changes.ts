import { ACS3_QUERY, ACS4_QUERY, canonicalQuery, type QueryStyle, utf8Bytes } from '../canonical-request.ts';
import { SignatureError } from '../errors.ts';
import { decodeParameters } from '../parameters.ts';
import type { Acs3Signature, Acs4Signature } from '../parsed-signature.ts';
import type { AcsRecipe } from './acs-mistakes.ts';
import { type Mistake, mistake } from './mistake.ts';

/** Headers in which proxies record the client's original host. */
const HOST_HEADERS = ['x-forwarded-host', 'x-original-host', 'x-host'];
/** Headers in which proxies record the client's original path and query. */
const TARGET_HEADERS = [
  'x-original-uri',
  'x-original-url',
  'x-forwarded-uri',
  'x-envoy-original-path',
  'x-rewrite-url',
];
const METHOD_HEADERS = ['x-original-method', 'x-forwarded-method', 'x-http-method-override'];
const MOST_SEGMENTS = 4;

/** Value by lower-case name. */
type Headers = ReadonlyMap<string, string>;

/**
 * Returns changes that a proxy may have made to an ACS3 or ACS4 request after it was signed, as far as the
 * request tells its original form: by proxy headers, by its path, by unsigned headers.
 *
 * @param sentTo host and port that it was sent to, if known independently of `host`
 */
export function proxyChanges(
  parsed: Acs3Signature | Acs4Signature,
  sentTo: string | undefined,
): readonly Mistake<AcsRecipe>[] {
  const headers = firstValues(parsed.request.rawHeaders);
  return [
    ...hosts(headers),
    ...(sentTo === undefined ? [] : addressees(headers.get('host') ?? '', sentTo)),
    ...methods(headers),
    ...targets(headers, 'scope' in parsed ? ACS4_QUERY : ACS3_QUERY),
    ...prefixes(headers, parsed.request.target.split('?')[0]!),
    ...signedFields(parsed.signedHeaders),
    ...unnamedFields(headers, parsed.signedHeaders),
  ];
}

function hosts(headers: Headers): Mistake<AcsRecipe>[] {
  const port = headers.get('x-forwarded-port');
  const told = HOST_HEADERS.map((name) => [name, /^[^,]*/.exec(headers.get(name) ?? '')![0].trim()] as const);
  const [, forwarded] = /(?:^|[;,\s])host="?([^",;\s]+)/i.exec(headers.get('forwarded') ?? '') ?? [];
  return [...told, ['forwarded', forwarded] as const].flatMap(([name, host]) => {
    if (!host) return [];
    const changed = (signed: string, where: string) =>
      hostSigned(signed, hostSentence(headers.get('host') ?? '', signed, where));
    return [
      changed(host, `\`${name}\``),
      ...(port === undefined || /:\d+$/.test(host)
        ? []
        : [changed(`${host}:${port}`, `\`${name}\` and \`x-forwarded-port\``)]),
    ];
  });
}

/** Returns the host that the request was sent to, in the forms that clients write. */
function addressees(received: string, sentTo: string): Mistake<AcsRecipe>[] {
  const name = sentTo.replace(/:\d+$/, '');
  const written = new Set([sentTo, name, `${name}:80`, `${name}:443`, sentTo.toLowerCase()]);
  return [...written]
    .filter((host) => host !== received)
    .map((host) =>
      hostSigned(host, `signs the host \`${host}\`, to which it was sent, where \`host\` is \`${received}\``),
    );
}

function hostSigned(host: string, what: string): Mistake<AcsRecipe> {
  return mistake<AcsRecipe>('headers', what, ({ fields }) => ({
    fields: fields.map((field) => (field.startsWith('host:') ? `host:${host}` : field)),
  }));
}

function hostSentence(received: string, signed: string, where: string): string {
  return `signs the host \`${signed}\`, as in ${where}, where \`${received}\` arrived (a proxy changed \`host\`)`;
}

function methods(headers: Headers): Mistake<AcsRecipe>[] {
  return METHOD_HEADERS.flatMap((name) => {
    const method = headers.get(name);
    return method === undefined
      ? []
      : [mistake<AcsRecipe>('method', `signs the method ${method}, as in \`${name}\``, () => ({ method }))];
  });
}

function targets(headers: Headers, style: QueryStyle): Mistake<AcsRecipe>[] {
  return TARGET_HEADERS.flatMap((name) => {
    const target = headers.get(name)?.replace(/^https?:\/\/[^/?]*/i, '');
    if (target === undefined) return [];
    const [path = '', ...rest] = target.split('?');
    const query = queryOf(rest.join('?'), style);
    return [
      mistake<AcsRecipe>(
        'path',
        `signs the path \`${path}\`, as in \`${name}\` (a proxy changed the path)`,
        () => ({ path: canonicalPath(path) }),
      ),
      mistake<AcsRecipe>(
        'path',
        `signs the path \`${path}\` and the query as in \`${name}\` (a proxy changed the query)`,
        (recipe) => ({ path: canonicalPath(path), query: query ?? recipe.query }),
      ),
    ];
  });
}

/** Returns the canonical query, `undefined` if it is malformed. */
function queryOf(encoded: string, style: QueryStyle): string | undefined {
  try {
    return canonicalQuery(decodeParameters(encoded), style);
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
}

function prefixes(headers: Headers, path: string): Mistake<AcsRecipe>[] {
  const taken = headers.get('x-forwarded-prefix')?.replace(/\/$/, '');
  const segments = path.split('/').slice(1, 1 + MOST_SEGMENTS);
  const added = segments.map((_, at) => `/${segments.slice(0, at + 1).join('/')}`);
  return [
    ...(taken === undefined
      ? []
      : [
          mistake<AcsRecipe>(
            'path',
            `signs the path with \`${taken}\` before it, as in \`x-forwarded-prefix\` (a proxy removed that prefix)`,
            (recipe) => ({ path: canonicalPath(taken) + recipe.path }),
          ),
        ]),
    ...added.map((prefix) =>
      mistake<AcsRecipe>(
        'path',
        `signs the path without the prefix \`${prefix}\` (perhaps a proxy added it)`,
        (recipe) => ({ path: recipe.path.slice(canonicalPath(prefix).length) || '/' }),
      ),
    ),
  ];
}

/** Listed headers that are missing from what is signed: the client builds the two from different lists. */
function signedFields(signedHeaders: readonly string[]): Mistake<AcsRecipe>[] {
  return signedHeaders.flatMap((name) =>
    fieldsThatAreNotNamed(
      `lists \`${name}\` in SignedHeaders, and leaves it out of what it signs`,
      ({ fields }) => fields.filter((field) => nameOf(field) !== name),
    ),
  );
}

/** Sent headers that are signed but not listed. */
function unnamedFields(headers: Headers, signedHeaders: readonly string[]): Mistake<AcsRecipe>[] {
  return [...headers]
    .filter(([name]) => !signedHeaders.includes(name) && name !== 'authorization')
    .flatMap(([name, value]) =>
      fieldsThatAreNotNamed(`signs \`${name}\`, and does not list it in SignedHeaders`, ({ fields }) =>
        [...fields, `${name}:${value}`].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
      ),
    );
}

/**
 * Variants with other fields than those listed; the signed list is either that of SignedHeaders or that of
 * the fields.
 */
function fieldsThatAreNotNamed(
  what: string,
  change: (recipe: AcsRecipe) => readonly string[],
): Mistake<AcsRecipe>[] {
  return [
    mistake<AcsRecipe>('headers', what, (recipe) => ({ fields: change(recipe) })),
    mistake<AcsRecipe>('headers', what, (recipe) => {
      const fields = change(recipe);
      return { fields, list: fields.map(nameOf).join(';') };
    }),
  ];
}

function nameOf(field: string): string {
  return field.slice(0, field.indexOf(':'));
}

function canonicalPath(path: string): string {
  return utf8Bytes(path).replaceAll('*', '%2A').replaceAll('%7E', '~');
}

/** An unsigned header that is sent twice is not a fault here. */
function firstValues(rawHeaders: readonly string[]): Headers {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!values.has(name)) values.set(name, rawHeaders[at + 1]!.trim());
  }
  return values;
}
