import { type ErrorFields, errorBody, xmlDocument } from '@claviger/guard/internal';
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
  return { contentType, body: xmlDocument(root, fields) };
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
