import { ACS_HASHES, type AcsScheme } from '../acs.ts';
import { bodyDigest } from '../hmac.ts';
import type { RequestHead, SignedRequest } from '../request.ts';
import { ALWAYS_SIGNED, SIGNED_WHEN_PRESENT } from '../signed-headers.ts';

const AUTHORIZATION = /^(\S+) Credential=[^,]*, *SignedHeaders=([^,]*), *Signature=/;

/** Findings on the signed headers of an ACS3 or ACS4 request. */
export interface SignedHeadersExplanation {
  readonly scheme: AcsScheme;
  readonly outcome: 'holds' | 'fails';
  readonly seen: string;
  /** All faults of the list; verification stops at the first. */
  readonly advice: readonly string[];
}

/**
 * Checks the list of signed headers of a request.
 *
 * @returns undefined when the request has no `Authorization` header with such a list
 */
export function explainSignedHeaders(
  request: SignedRequest | RequestHead,
): SignedHeadersExplanation | undefined {
  const sent = occurrences(request.rawHeaders);
  const found = AUTHORIZATION.exec(sent.get('authorization')?.[0] ?? '');
  const scheme = Object.keys(ACS_HASHES).find((name) => name === found?.[1]) as AcsScheme | undefined;
  if (scheme === undefined) return undefined;
  const names = found![2]!.split(';');
  const advice = [
    ...missing(names, sent, scheme),
    ...names
      .filter((name) => !sent.has(name))
      .map((name) => `\`${name}\` is listed as signed, but not sent.`),
    ...[...sent]
      .filter(([name, values]) => values.length > 1 && (names.includes(name) || name === 'authorization'))
      .map(([name, values]) => `\`${name}\` is sent ${values.length} times.`),
    ...names
      .filter((name) => name !== name.toLowerCase())
      .map((name) => `\`${name}\` must stand in lower case in SignedHeaders.`),
    ...disorder(names),
  ];
  const seen = `Signed headers: ${names.join(', ')}.`;
  return { scheme, outcome: advice.length === 0 ? 'holds' : 'fails', seen, advice };
}

function missing(
  names: readonly string[],
  sent: ReadonlyMap<string, readonly string[]>,
  scheme: AcsScheme,
): string[] {
  const { hash, header } = ACS_HASHES[scheme];
  const digest = sent.get(header)?.[0];
  const hasBody = digest !== undefined && digest.trim() !== bodyDigest(hash, new Uint8Array(0));
  const needed = [
    ...ALWAYS_SIGNED,
    header,
    ...SIGNED_WHEN_PRESENT.filter((name) => sent.has(name)),
    ...(hasBody && sent.has('content-type') ? ['content-type'] : []),
  ];
  return needed
    .filter((name) => !names.includes(name))
    .map((name) => `\`${name}\` must be signed${sent.has(name) ? '' : ', and is not sent'}.`);
}

function disorder(names: readonly string[]): string[] {
  const at = names.findIndex((name, place) => place > 0 && names[place - 1]! >= name);
  if (at < 0) return [];
  const [before, name] = [names[at - 1]!, names[at]!];
  return [before === name ? `\`${name}\` is listed twice.` : `\`${name}\` must come before \`${before}\`.`];
}

/** Returns all values of each header, by lower-case name. */
function occurrences(rawHeaders: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    values.set(name, [...(values.get(name) ?? []), rawHeaders[at + 1]!]);
  }
  return values;
}
