import sax, { type QualifiedTag, type SAXOptions } from 'sax';

/** An element of an XML document, immutable. */
export interface XmlElement {
  /** Empty if absent. */
  readonly namespace: string;
  /** Without prefix. */
  readonly name: string;
  /** Attributes without prefix, which are all of SAML's own. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Text directly within it, without that of its children. */
  readonly text: string;
}

/** Bounds of a document: unauthenticated callers send some. */
export interface XmlBounds {
  readonly elements: number;
  readonly attributes: number;
  readonly depth: number;
  /** Whether comments, processing instructions and CDATA sections are allowed. */
  readonly commentsAndSections: 'allowed' | 'refused';
}

/** Error: a text is not well-formed XML, or exceeds the bounds. */
export class XmlUnusable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'XmlUnusable';
  }
}

interface OpenElement extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

/**
 * Parses an XML document in time and memory linear in its length. Resolves namespaces. Document types are refused,
 * so there are no entities but XML's own five and character references.
 *
 * @returns its root element
 * @throws XmlUnusable with a reason in a few words that repeats nothing of the text
 */
export function parseXml(text: string, bounds: XmlBounds): XmlElement {
  // The types lack this option: without it HTML's entities are known.
  const options: SAXOptions & { readonly strictEntities: true } = { xmlns: true, strictEntities: true };
  // The parser does not report an empty comment, which splits a text as well.
  if (bounds.commentsAndSections === 'refused' && /<!|<\?(?!xml\s)/.test(text)) {
    throw new XmlUnusable('it has a comment, a CDATA section, a processing instruction or a document type');
  }
  const parser = sax.parser(true, options);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  let attributes = 0;
  let attributesOfTag = 0;
  const refuse = (reason: string): never => {
    throw new XmlUnusable(reason);
  };

  parser.onerror = () => refuse('it is not well-formed XML');
  parser.ondoctype = () => refuse('it has a document type declaration');
  parser.onsgmldeclaration = () => refuse('it is not well-formed XML');
  parser.onattribute = () => {
    attributes += 1;
    attributesOfTag += 1;
    if (attributes > bounds.attributes) refuse(`it has more than ${bounds.attributes} attributes`);
  };
  parser.onopentag = (tag) => {
    elements += 1;
    if (elements > bounds.elements) refuse(`it has more than ${bounds.elements} elements`);
    if (open.length >= bounds.depth) refuse(`it is nested more than ${bounds.depth} deep`);
    const element = createElement(tag as QualifiedTag);
    // The parser keeps the last of several attributes with one name; other parsers keep the first.
    if (distinctAttributes(tag as QualifiedTag) !== attributesOfTag) refuse('it is not well-formed XML');
    attributesOfTag = 0;
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  };
  parser.ontext = (characters) => {
    const within = open.at(-1);
    if (within !== undefined) within.text += characters;
  };
  parser.oncdata = parser.ontext;
  parser.onclosetag = () => void open.pop();

  parser.write(text).close();
  return root ?? refuse('it is not well-formed XML');
}

function createElement({ uri, local, attributes }: QualifiedTag): OpenElement {
  const own = new Map<string, string>();
  for (const attribute of Object.values(attributes)) {
    if (attribute.prefix === '' && attribute.name !== 'xmlns') own.set(attribute.local, attribute.value);
  }
  return { namespace: uri, name: local, attributes: own, children: [], text: '' };
}

function distinctAttributes({ attributes }: QualifiedTag): number {
  return new Set(Object.values(attributes).map(({ uri, local }) => `${uri} ${local}`)).size;
}

/** Returns the children of that name, in order. */
export function children(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === namespace);
}

/** Returns the only child of that name; `undefined` if absent or repeated. */
export function onlyChild(element: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const [first, ...others] = children(element, namespace, name);
  return others.length === 0 ? first : undefined;
}

/** Returns the trimmed text of an element; empty if it is absent or has child elements. */
export function textOf(element: XmlElement | undefined): string {
  return element === undefined || element.children.length > 0 ? '' : element.text.trim();
}
