/** What a server's refusal of a signature says, for whoever wants to know what it saw. */
export interface ServerMessage {
  /** RAM's error code, when the text has one. */
  readonly code?: string;
  /** The text that the server signed: a canonical request, or a string to sign. */
  readonly signedText?: string;
  /** The server's clock: milliseconds since 1970. */
  readonly serverTime?: number;
}

const BEFORE_SIGNED_TEXT = /string to sign is:/i;
const SERVER_TIME = /Server time is (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/;
// Official clients put the request's id behind the message.
const BEHIND_MESSAGE = /[ \n]request id: [\w-]*\s*$/i;
const LEADING_CODE = /^([A-Z]\w+(?:\.\w+)*): /;
const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Reads a server's refusal: the body of its answer (JSON or XML), its message alone, or the text of an official
 * client's error. Line feeds that a log has written as `\n` are line feeds again.
 *
 * @param text as it was copied
 */
export function readServerMessage(text: string): ServerMessage {
  const { code, message } = unwrap(text);
  const signedText = signedTextOf(message);
  const time = SERVER_TIME.exec(message)?.[1];
  return {
    ...(code === undefined ? {} : { code }),
    ...(signedText === undefined ? {} : { signedText }),
    ...(time === undefined ? {} : { serverTime: Date.parse(time) }),
  };
}

function unwrap(text: string): { code: string | undefined; message: string } {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    try {
      const { Code, Message } = JSON.parse(trimmed) as {
        readonly Code?: unknown;
        readonly Message?: unknown;
      };
      if (typeof Message === 'string') {
        return { code: typeof Code === 'string' ? Code : undefined, message: Message };
      }
    } catch {
      // Not an answer's body then: a text that happens to begin like one.
    }
  }
  const xml = /<Message>([\s\S]*)<\/Message>/.exec(trimmed)?.[1];
  if (xml !== undefined) {
    return { code: /<Code>([^<]*)<\/Code>/.exec(trimmed)?.[1], message: withoutEntities(xml) };
  }
  return { code: LEADING_CODE.exec(trimmed)?.[1], message: text };
}

function signedTextOf(message: string): string | undefined {
  const found = BEFORE_SIGNED_TEXT.exec(message);
  if (found === null) return undefined;
  const text = message.slice(found.index + found[0].length).replace(BEHIND_MESSAGE, '');
  const signed = text.includes('\n') ? text.replaceAll('\r\n', '\n') : text.replaceAll('\\n', '\n');
  // A copy often ends with a line feed of its own; what is signed never does.
  return signed.replace(/\s+$/, '');
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return XML_ENTITIES[name] ?? whole;
  });
}
