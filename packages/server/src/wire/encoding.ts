import { type ErrorFields, errorBody } from '@claviger/guard/internal';
import type { Answer } from './answer.ts';
import { Secret } from './secret.ts';

/** The two forms an answer may have; the request's `Format` or `Accept`, or the product's default, decides. */
export type Format = 'JSON' | 'XML';

/** What goes on the wire. */
export interface EncodedBody {
  /** XML's is compared letter by letter by Alibaba's SDKs, which take anything else for JSON. */
  readonly contentType: string;
  readonly body: string;
}

const contentTypes: Readonly<Record<Format, string>> = {
  JSON: 'application/json;charset=utf-8',
  XML: 'text/xml;charset=utf-8',
};

/**
 * The body of a success. The only place where a `Secret` is revealed.
 *
 * Fields that are undefined are left out. An array under `Key` is in XML a `<Key>` for each of its items, so
 * RAM's lists (`Users: { User: [] }`) keep their wrapper when they are empty.
 *
 * @param format JSON or XML
 * @param operationName such as `CreateAccessKey`; XML's root is `<CreateAccessKeyResponse>`
 * @param requestId of this request
 * @param answer the operation's fields: text, numbers, booleans, `Secret`s, and plain objects and arrays of them
 * @throws TypeError when the answer has a field `Code`, which clients take for an error whatever the status says,
 *   or a value that neither form can carry: mistakes of the operation
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
 * The body of a refusal, in RAM's form. `AccessDeniedDetail` is there when the refusal has one.
 *
 * @param format JSON or XML; XML's root is `<Error>`
 */
export function encodeError(format: Format, error: ErrorFields): EncodedBody {
  return encode(format, 'Error', errorBody(error));
}

function encode(format: Format, root: string, fields: Answer): EncodedBody {
  const contentType = contentTypes[format];
  if (format === 'JSON') return { contentType, body: JSON.stringify(fields) };
  return { contentType, body: `<?xml version='1.0' encoding='UTF-8'?>${element(root, fields)}` };
}

/** The same value with its secrets in the open; copied only where it holds some. */
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

/** A Date or a Map would come out differently in each form, or not at all. */
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

/** Names are the API's own, save in audit events, whose parameters are named by whoever sent them. */
function elementName(name: string): string {
  if (/^[A-Za-z_][\w.-]*$/.test(name)) return name;
  const safe = name.replace(/[^\w.:-]/g, '_');
  return /^[A-Za-z_]/.test(safe) ? safe : `_${safe}`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/** All that is not a `Char` of XML 1.0; lone surrogates are among it. */
const unspeakable = /[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/**
 * Text of an element. A bare carriage return would be read back as a line feed; what XML 1.0 cannot carry at
 * all, not even as a reference, becomes U+FFFD.
 */
function escaped(text: string): string {
  return text.replace(unspeakable, '\ufffd').replace(/[&<>\r]/g, (character) => entities[character]!);
}
