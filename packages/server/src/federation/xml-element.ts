/** An element as xml2js reads it: attributes under `$`, text under `_`, children by their local name. */
export interface XmlElement {
  readonly $?: Readonly<Record<string, string>>;
  readonly _?: string;
  readonly [child: string]: unknown;
}

/** The children of that name, in order. */
export function children(element: XmlElement, name: string): readonly XmlElement[] {
  const found = element[name];
  if (!Array.isArray(found)) return [];
  // An element with neither attributes nor children may be its bare text.
  return found.map((child: unknown) => (typeof child === 'string' ? { _: child } : (child as XmlElement)));
}

/** The one child of that name; several are none. */
export function only(element: XmlElement, name: string): XmlElement | undefined {
  const [first, ...others] = children(element, name);
  return others.length === 0 ? first : undefined;
}

/** The text of an element, without white space around it; empty when it has none. */
export function textOf(element: XmlElement | undefined): string {
  return typeof element?._ === 'string' ? element._.trim() : '';
}
