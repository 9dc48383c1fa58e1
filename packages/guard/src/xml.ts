/**
 * Encodes fields as an XML document, in RAM's form: undefined fields are omitted, and an array under `Key` is one
 * `<Key>` for each item.
 *
 * @param root name of the root element
 * @param fields texts, numbers, booleans, and plain objects and arrays of them
 * @throws TypeError when a value is of another type
 */
export function xmlDocument(root: string, fields: Readonly<Record<string, unknown>>): string {
  return `<?xml version='1.0' encoding='UTF-8'?>${element(root, fields)}`;
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
