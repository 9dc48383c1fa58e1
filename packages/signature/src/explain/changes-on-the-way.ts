import { percentDecode } from '../percent-encoding.ts';

/** The parts of a canonical request of ACS3 or ACS4. */
interface Parts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Value by name, of the signed headers. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * Names everything that is different between the request that somebody has and the one that the server verified, as
 * what must have been done to it on its way.
 *
 * @param here the canonical request (ACS3, ACS4) that follows from the request
 * @param there the one that the server signed
 * @returns a sentence for each; none when the parts are the same, or a text is no canonical request
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
  // Clients do so at 301, 302 and 303.
  const cause =
    received === 'GET'
      ? 'a redirect was followed, or a proxy asks for something else'
      : 'a proxy has changed it';
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
      ? [`${arrived}a proxy has put ${prefix} before it.`]
      : [`${arrived}a proxy has taken ${prefix} off it.`];
  }
  if (withoutDetours(sent) === withoutDetours(received)) {
    return [`${arrived}double slashes or dots were taken away or put in.`];
  }
  if (decoded(sent) === decoded(received) || decoded(decoded(sent)) === decoded(decoded(received))) {
    return [`${arrived}it was encoded anew.`];
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
      return [`${parameter} has a \`+\` that was taken for a space, or the other way round.`];
    }
    if (decoded(was) === decoded(decoded(is)) || decoded(decoded(was)) === decoded(is)) {
      return [`${parameter} was encoded or decoded once more.`];
    }
    return [`${parameter} was changed.`];
  });
}

/** As they are written, by their names. */
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
      : 'a proxy has put another name there; let it pass on the one that the client sends';
  }
  if (is.port === undefined) return `the port ${was.port} was left out`;
  if (was.port === undefined) return `the port ${is.port} was added`;
  return 'a proxy has put its own port there';
}

function hostOf(host: string): { readonly name: string; readonly port: string | undefined } {
  const [, name = host, port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return { name, port };
}

function valueChange(sent: string, received: string): string {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  if (plain(sent) === plain(received)) return 'its blanks were changed';
  if (sent.toLowerCase() === received.toLowerCase()) return 'its letter case was changed';
  if (received.startsWith(sent)) return 'something was put behind it';
  if (sent.startsWith(received)) return 'its end was taken away';
  return 'it was changed';
}

function decoded(text: string): string {
  try {
    return percentDecode(text);
  } catch {
    return text;
  }
}
