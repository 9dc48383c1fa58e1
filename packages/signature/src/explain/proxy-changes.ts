import { ACS3_QUERY, ACS4_QUERY, canonicalQuery, type QueryStyle, utf8Bytes } from '../canonical-request.ts';
import { SignatureError } from '../errors.ts';
import { decodeParameters } from '../parameters.ts';
import type { Acs3Signature, Acs4Signature } from '../parsed-signature.ts';
import type { AcsRecipe } from './acs-mistakes.ts';
import { type Mistake, mistake } from './mistake.ts';

/** Where proxies write down the host that the client has sent. */
const HOST_HEADERS = ['x-forwarded-host', 'x-original-host', 'x-host'];
/** Where proxies write down path and query as the client has sent them. */
const TARGET_HEADERS = [
  'x-original-uri',
  'x-original-url',
  'x-forwarded-uri',
  'x-envoy-original-path',
  'x-rewrite-url',
];
const METHOD_HEADERS = ['x-original-method', 'x-forwarded-method', 'x-http-method-override'];
const MOST_SEGMENTS = 4;

/** Value by name in lower case. */
type Headers = ReadonlyMap<string, string>;

/**
 * What a proxy may have changed in an ACS3 or ACS4 request after it was signed, as far as the request itself tells how
 * it was before: by the headers that proxies add, by its path, by the headers that are there and not signed.
 *
 * @param sentTo host and port that it was sent to, where that is known apart from its `host`
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

/** The host that the request was sent to, in the ways in which clients write it. */
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
  return `signs the host \`${signed}\`, as in ${where}, where \`${received}\` arrived (a proxy has changed \`host\`)`;
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
        `signs the path \`${path}\`, as in \`${name}\` (a proxy has changed the path)`,
        () => ({ path: canonicalPath(path) }),
      ),
      mistake<AcsRecipe>(
        'path',
        `signs the path \`${path}\` and the query as in \`${name}\` (a proxy has changed the query)`,
        (recipe) => ({ path: canonicalPath(path), query: query ?? recipe.query }),
      ),
    ];
  });
}

/** Undefined when it cannot be read. */
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
            `signs the path with \`${taken}\` before it, as in \`x-forwarded-prefix\` (a proxy has taken that off)`,
            (recipe) => ({ path: canonicalPath(taken) + recipe.path }),
          ),
        ]),
    ...added.map((prefix) =>
      mistake<AcsRecipe>(
        'path',
        `signs the path without the \`${prefix}\` that it begins with (perhaps a proxy has put that before it)`,
        (recipe) => ({ path: recipe.path.slice(canonicalPath(prefix).length) || '/' }),
      ),
    ),
  ];
}

/** A header that is named, and yet not in what is signed: by a client that makes the two from different lists. */
function signedFields(signedHeaders: readonly string[]): Mistake<AcsRecipe>[] {
  return signedHeaders.flatMap((name) =>
    fieldsThatAreNotNamed(
      `names \`${name}\` in SignedHeaders, and leaves it out of what it signs`,
      ({ fields }) => fields.filter((field) => nameOf(field) !== name),
    ),
  );
}

/** A header that is there and not named, and yet in what is signed. */
function unnamedFields(headers: Headers, signedHeaders: readonly string[]): Mistake<AcsRecipe>[] {
  return [...headers]
    .filter(([name]) => !signedHeaders.includes(name) && name !== 'authorization')
    .flatMap(([name, value]) =>
      fieldsThatAreNotNamed(`signs \`${name}\`, and does not name it in SignedHeaders`, ({ fields }) =>
        [...fields, `${name}:${value}`].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
      ),
    );
}

/** Other fields than those of the list, which in what is signed is either that of SignedHeaders or that of the fields. */
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

/** A header that is sent twice, and not signed, is no fault here. */
function firstValues(rawHeaders: readonly string[]): Headers {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    if (!values.has(name)) values.set(name, rawHeaders[at + 1]!.trim());
  }
  return values;
}
