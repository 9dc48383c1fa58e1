import { percentDecode } from '../percent-encoding.ts';

/** Parts of an ACS3 or ACS4 canonical request. */
interface Parts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Values of the signed headers by name. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Describes the differences between the request at hand and the one that the server verified, as changes made
 * in transit.
 *
 * @param here canonical request (ACS3, ACS4) computed from the request
 * @param there canonical request that the server signed
 * @returns one sentence per change; empty when the parts are equal, or a text is not a canonical request
 */
export function changesOnTheWay(here: string, there: string): readonly string[] {
  const [sent, received] = [partsOf(here), partsOf(there)];
  if (sent === undefined || received === undefined) return [];
  return [
    ...methodChange(sent.method, received.method),
    ...pathChange(sent.path, received.path),
    ...queryChanges(sent.query, received.query),
    ...headerChanges(sent.headers, received.headers),
  ];
}

function partsOf(text: string): Parts | undefined {
  const [method = '', path = '', query = '', ...rest] = text.split('\n');
  const end = rest.indexOf('');
  if (end < 0 || !/^[A-Za-z-]+$/.test(method)) return undefined;
  const fields = rest.slice(0, end).map((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1)] as const;
  });
  return { method, path, query, headers: new Map(fields) };
}

function methodChange(sent: string, received: string): string[] {
  if (sent === received) return [];
  // Clients do so on 301, 302 and 303.
  const cause =
    received === 'GET' ? 'a redirect was followed, or a proxy asks for something else' : 'a proxy changed it';
  return [`The method was ${sent}, and ${received} arrived: ${cause}.`];
}

function pathChange(sent: string, received: string): string[] {
  if (sent === received) return [];
  const arrived = `The path was \`${sent}\`, and \`${received}\` arrived: `;
  const [shorter, longer] = sent.length < received.length ? [sent, received] : [received, sent];
  const rest = shorter === '/' ? '' : shorter;
  if (longer === `${shorter}/`) {
    return [`${arrived}a slash at its end was ${longer === received ? 'added' : 'taken away'}.`];
  }
  if (longer.endsWith(rest) && longer !== rest) {
    const prefix = `\`${longer.slice(0, longer.length - rest.length)}\``;
    return longer === received
      ? [`${arrived}a proxy added the prefix ${prefix}.`]
      : [`${arrived}a proxy removed the prefix ${prefix}.`];
  }
  if (withoutDetours(sent) === withoutDetours(received)) {
    return [`${arrived}double slashes or dot segments were removed or added.`];
  }
  if (decoded(sent) === decoded(received) || decoded(decoded(sent)) === decoded(decoded(received))) {
    return [`${arrived}it was encoded again.`];
  }
  return [`${arrived}it was rewritten.`];
}

function withoutDetours(path: string): string {
  const address = `http://a${path.replace(/\/{2,}/g, '/')}`;
  return URL.canParse(address) ? new URL(address).pathname : path;
}

function queryChanges(sent: string, received: string): string[] {
  if (sent === received) return [];
  const [before, after] = [pairsOf(sent), pairsOf(received)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    const parameter = `The parameter \`${decoded(name)}\` of the query`;
    if (was === undefined) return [`${parameter} was added.`];
    if (is === undefined) return [`${parameter} was taken away.`];
    if (was.replaceAll('%2B', '%20') === is.replaceAll('%2B', '%20')) {
      return [`${parameter} has a \`+\` that was read as a space, or the other way round.`];
    }
    if (decoded(was) === decoded(decoded(is)) || decoded(decoded(was)) === decoded(is)) {
      return [`${parameter} was encoded or decoded once more.`];
    }
    return [`${parameter} was changed.`];
  });
}

/** Returns the pairs as written, by name. */
function pairsOf(query: string): Map<string, string> {
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split('='));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

function headerChanges(sent: ReadonlyMap<string, string>, received: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...sent.keys(), ...received.keys()])];
  return names.flatMap((name) => {
    const [was, is] = [sent.get(name), received.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`The header \`${name}\` was added.`];
    if (is === undefined) return [`The header \`${name}\` was taken away.`];
    const arrived = `The header \`${name}\` was \`${was}\`, and \`${is}\` arrived: `;
    return [`${arrived}${name === 'host' ? hostChange(was, is) : valueChange(was, is)}.`];
  });
}

function hostChange(sent: string, received: string): string {
  const [was, is] = [hostOf(sent), hostOf(received)];
  if (was.name !== is.name) {
    return was.name.toLowerCase() === is.name.toLowerCase()
      ? 'its letter case was changed'
      : 'a proxy replaced it; make it pass on the host that the client sends';
  }
  if (is.port === undefined) return `the port ${was.port} was removed`;
  if (was.port === undefined) return `the port ${is.port} was added`;
  return 'a proxy replaced the port by its own';
}

function hostOf(host: string): { readonly name: string; readonly port: string | undefined } {
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return { name, port };
}

function valueChange(sent: string, received: string): string {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  if (plain(sent) === plain(received)) return 'its blanks were changed';
  if (sent.toLowerCase() === received.toLowerCase()) return 'its letter case was changed';
  if (received.startsWith(sent)) return 'text was appended';
  if (sent.startsWith(received)) return 'its end was removed';
  return 'it was changed';
}

function decoded(text: string): string {
  try {
    return percentDecode(text);
  } catch {
    return text;
  }
}
