import { type ErrorFields, errorBody } from '@claviger/guard/internal';
import type { Answer } from './answer.ts';
import { Secret } from './secret.ts';

/** Format of an answer, chosen by the request's `Format` or `Accept`, else the product's default. */
export type Format = 'JSON' | 'XML';

/** Encoded body of an answer. */
export interface EncodedBody {
  /** Alibaba's SDKs compare the XML type byte by byte, and read anything else as JSON. */
  readonly contentType: string;
  readonly body: string;
}

const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  JSON: 'application/json;charset=utf-8',
  XML: 'text/xml;charset=utf-8',
};

/**
 * Encodes a successful answer. The only place where a `Secret` is revealed.
 *
 * Undefined fields are omitted. In XML an array under `Key` is one `<Key>` for each item, so RAM's lists
 * (`Users: { User: [] }`) keep their wrapper when they are empty.
 *
 * @param format JSON or XML
 * @param operationName such as `CreateAccessKey`; XML's root is `<CreateAccessKeyResponse>`
 * @param requestId of this request
 * @param answer the operation's fields: text, numbers, booleans, `Secret`s, and plain objects and arrays of them
 * @throws TypeError when the answer has a field `Code`, which clients read as an error whatever the status is,
 *   or a value that neither format can carry: bugs of the operation
 */
export function encodeAnswer(
  format: Format,
  operationName: string,
  requestId: string,
  answer: Answer,
): EncodedBody {
  if (answer['Code'] !== undefined) throw new TypeError('a successful answer must not have a field `Code`');
  const fields = { ...(revealed(answer) as Answer), RequestId: requestId };
  return encode(format, `${operationName}Response`, fields);
}

/**
 * Encodes a refusal in RAM's form, with `AccessDeniedDetail` if it has one.
 *
 * @param format JSON or XML; XML's root is `<Error>`
 */
export function encodeError(format: Format, error: ErrorFields): EncodedBody {
  return encode(format, 'Error', errorBody(error));
}

function encode(format: Format, root: string, fields: Answer): EncodedBody {
  const contentType = CONTENT_TYPES[format];
  if (format === 'JSON') return { contentType, body: JSON.stringify(fields) };
  return { contentType, body: `<?xml version='1.0' encoding='UTF-8'?>${element(root, fields)}` };
}

/** Returns a value with its secrets revealed; copied only where it holds any. */
function revealed(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) {
    const items = value.map(revealed);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  assertPlainValue(value);
  let copy: Record<string, unknown> | undefined;
  for (const [key, field] of Object.entries(value)) {
    const open = revealed(field);
    if (open === field) continue;
    copy ??= { ...value };
    copy[key] = open;
  }
  return copy ?? value;
}

/** A Date or a Map would be encoded differently in each format, or not at all. */
function assertPlainValue(value: object): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`an answer cannot carry a ${value.constructor?.name ?? 'strange object'}`);
  }
}

function element(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  const tag = elementName(name);
  return `<${tag}>${content(value)}</${tag}>`;
}

function content(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return escaped(value);
    case 'number':
    case 'boolean':
      return String(value);
    case 'object': {
      if (value === null) return '';
      let inner = '';
      for (const [key, field] of Object.entries(value)) inner += element(key, field);
      return inner;
    }
    default:
      throw new TypeError(`an answer cannot carry a ${typeof value}`);
  }
}

/** Names are the API's own, except in audit events, whose parameters are named by the client. */
function elementName(name: string): string {
  if (/^[A-Za-z_][\w.-]*$/.test(name)) return name;
  const safe = name.replace(/[^\w.:-]/g, '_');
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** Everything that is not a `Char` of XML 1.0, lone surrogates included. */
const NOT_XML_CHARACTERS = /[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/**
 * Escapes the text of an element. A bare carriage return would be parsed as a line feed; characters that XML 1.0
 * cannot carry, not even as references, become U+FFFD.
 */
function escaped(text: string): string {
  return text.replace(NOT_XML_CHARACTERS, '\ufffd').replace(/[&<>\r]/g, (character) => ENTITIES[character]!);
}
