import { X509Certificate } from 'node:crypto';
import { parseStringPromise, processors } from 'xml2js';
import { children, textOf, type XmlElement } from './xml-element.ts';

/** What the metadata of an identity provider says that is needed to believe its assertions. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Those it signs with, PEM; at least one. */
  readonly signingCertificates: readonly string[];
}

/** SAML's bound for entity ids. */
const entityIdLength = 1024;

/** More than any provider has while it changes its key, and few enough to try each on an assertion. */
const mostCertificates = 10;

/**
 * Reads SAML 2.0 metadata of an identity provider.
 * @param text the Base64 of an XML document; white space does not count
 * @returns what it says, or why it cannot be used, in a few words
 */
export async function readSamlMetadata(text: string): Promise<SamlMetadata | { readonly fault: string }> {
  const xml = decode(text);
  if (xml === undefined) return { fault: 'it is not the Base64 of a text' };
  // Nothing in metadata needs one, and entities are declared there.
  if (xml.includes('<!DOCTYPE')) return { fault: 'it has a document type declaration' };
  let root: Readonly<Record<string, XmlElement>>;
  try {
    root = await parseStringPromise(xml, {
      explicitCharkey: true,
      tagNameProcessors: [processors.stripPrefix],
    });
  } catch {
    return { fault: 'it is not well-formed XML' };
  }
  const descriptor = root?.['EntityDescriptor'];
  if (descriptor === undefined) return { fault: 'its root is not an EntityDescriptor' };
  const entityId = descriptor.$?.['entityID'] ?? '';
  if (entityId === '' || entityId.length > entityIdLength) return { fault: 'it has no usable entityID' };
  const encoded = children(descriptor, 'IDPSSODescriptor')
    .flatMap((role) => children(role, 'KeyDescriptor'))
    .filter(({ $ }) => $?.['use'] === undefined || $['use'] === 'signing')
    .flatMap((key) => children(key, 'KeyInfo'))
    .flatMap((info) => children(info, 'X509Data'))
    .flatMap((data) => children(data, 'X509Certificate'))
    .map((certificate) => textOf(certificate).replace(/\s/g, ''));
  if (encoded.length === 0) return { fault: 'it has no signing certificate of an identity provider' };
  if (encoded.length > mostCertificates)
    return { fault: `it has more than ${mostCertificates} certificates` };
  const signingCertificates: string[] = [];
  for (const certificate of encoded) {
    try {
      signingCertificates.push(new X509Certificate(Buffer.from(certificate, 'base64')).toString());
    } catch {
      return { fault: 'one of its signing certificates cannot be read' };
    }
  }
  return { entityId, signingCertificates };
}

function decode(text: string): string | undefined {
  const packed = text.replace(/\s/g, '');
  if (packed === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(packed, 'base64'));
  } catch {
    return undefined;
  }
}
