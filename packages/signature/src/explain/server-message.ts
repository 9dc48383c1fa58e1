/** Parsed refusal of a signature. */
export interface ServerMessage {
  /** RAM's error code, if the text has one. */
  readonly code?: string;
  /** Text that the server signed: a canonical request or a string to sign. */
  readonly signedText?: string;
  /** Server's clock, in milliseconds since the epoch. */
  readonly serverTime?: number;
}

const BEFORE_SIGNED_TEXT = /string to sign is:/i;
const SERVER_TIME = /Server time is (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/;
// Official clients append the request id to the message.
const BEHIND_MESSAGE = /[ \n]request id: [\w-]*\s*$/i;
const LEADING_CODE = /^([A-Z]\w+(?:\.\w+)*): /;
const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Parses a server's refusal: a response body (JSON or XML), its message, or the error text of an official
 * client. Line feeds that a log has escaped as `\n` are restored.
 *
 * @param text as copied
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
      // Not a response body: a text that happens to begin like one.
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
  // A copied text often ends with an extra line feed; signed text never does.
  return signed.replace(/\s+$/, '');
}

function withoutEntities(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return XML_ENTITIES[name] ?? whole;
  });
}
