import { type KeyObject, X509Certificate } from 'node:crypto';
import { RecentMap } from '@claviger/guard/internal';
import { decodeBase64Text } from './base64-text.ts';
import { SAML_NAMESPACES } from './saml-namespaces.ts';
import { children, parseXml, textOf, type XmlBounds, type XmlElement, XmlUnusable } from './xml-element.ts';

/** A key of an identity provider and the validity of its certificate; ms since the epoch. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly validFrom: number;
  readonly validUntil: number;
}

/** The part of an identity provider's metadata that verifying its assertions needs. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Keys for signing. */
  readonly signingKeys: readonly SigningKey[];
  /** URL to which browsers are sent for signing in, by HTTP-Redirect; `undefined` if absent. */
  readonly signOnAddress: string | undefined;
}

/**
 * Metadata under which no assertion verifies. An assertion for an unknown provider is verified against it, so that
 * it is refused at the same point, with the same message and at the same cost as any other.
 */
export const NO_METADATA: SamlMetadata = { entityId: '', signingKeys: [], signOnAddress: undefined };

/** SAML's bound for entity ids. */
const MAX_ENTITY_ID_LENGTH = 1024;

/** More than any provider has during a key rotation. */
const MAX_CERTIFICATES = 10;

/** Shorter RSA keys are disallowed (NIST SP 800-131A). */
const MIN_KEY_BITS = 2048;

/** Metadata of large products has some hundred elements. */
const BOUNDS: XmlBounds = { elements: 5000, attributes: 10_000, depth: 32, commentsAndSections: 'allowed' };

/** Cache of parsed metadata by its text. Parsing a large document dominates the cost of an unauthenticated request. */
const cache = new RecentMap<string, SamlMetadata | { readonly fault: string }>(64);

/**
 * Reads SAML 2.0 metadata of an identity provider.
 * @param text Base64 of an XML document; white space is ignored
 * @returns the metadata, or its fault in a few words
 */
export function readSamlMetadata(text: string): SamlMetadata | { readonly fault: string } {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const found = parseSamlMetadata(text);
  cache.set(text, found);
  return found;
}

function parseSamlMetadata(text: string): SamlMetadata | { readonly fault: string } {
  const xml = decodeBase64Text(text);
  if (xml === undefined) return { fault: 'it is not the Base64 of a text' };
  let root: XmlElement;
  try {
    root = parseXml(xml, BOUNDS);
  } catch (error) {
    if (error instanceof XmlUnusable) return { fault: error.message };
    throw error;
  }
  if (root.name !== 'EntityDescriptor' || root.namespace !== SAML_NAMESPACES.metadata) {
    return { fault: 'its root is not an EntityDescriptor' };
  }
  const entityId = root.attributes.get('entityID') ?? '';
  if (entityId === '' || entityId.length > MAX_ENTITY_ID_LENGTH)
    return { fault: 'it has no usable entityID' };
  if (!hasWebAddressesOnly(root))
    return { fault: 'one of its locations does not begin with https:// or http://' };
  const encoded = children(root, SAML_NAMESPACES.metadata, 'IDPSSODescriptor')
    .flatMap((role) => children(role, SAML_NAMESPACES.metadata, 'KeyDescriptor'))
    .filter(({ attributes }) => (attributes.get('use') ?? 'signing') === 'signing')
    .flatMap((key) => children(key, SAML_NAMESPACES.signature, 'KeyInfo'))
    .flatMap((info) => children(info, SAML_NAMESPACES.signature, 'X509Data'))
    .flatMap((data) => children(data, SAML_NAMESPACES.signature, 'X509Certificate'))
    .map((certificate) => textOf(certificate).replace(/\s/g, ''));
  if (encoded.length === 0) return { fault: 'it has no signing certificate of an identity provider' };
  if (encoded.length > MAX_CERTIFICATES)
    return { fault: `it has more than ${MAX_CERTIFICATES} certificates` };
  const signingKeys: SigningKey[] = [];
  for (const certificate of encoded) {
    const read = readCertificate(certificate);
    if ('fault' in read) return read;
    signingKeys.push(read);
  }
  return { entityId, signingKeys, signOnAddress: readSignOnAddress(root) };
}

/** Attributes of SAML metadata that hold an address to which a browser or a program may be sent. */
const ADDRESS_ATTRIBUTES = ['Location', 'ResponseLocation', 'errorURL'];

/**
 * Returns whether each address in a document is http or https: `javascript:` and `data:` run or show content where
 * they are opened. All are checked, not only the used one, since metadata is passed on as it is.
 */
function hasWebAddressesOnly(element: XmlElement): boolean {
  const own = ADDRESS_ATTRIBUTES.map((name) => element.attributes.get(name)).filter(
    (address) => address !== undefined,
  );
  return own.every(isWebAddress) && element.children.every(hasWebAddressesOnly);
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function readSignOnAddress(root: XmlElement): string | undefined {
  return children(root, SAML_NAMESPACES.metadata, 'IDPSSODescriptor')
    .flatMap((role) => children(role, SAML_NAMESPACES.metadata, 'SingleSignOnService'))
    .filter(
      ({ attributes }) => attributes.get('Binding') === 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
    )
    .map(({ attributes }) => attributes.get('Location') ?? '')
    .find(isWebAddress);
}

function readCertificate(encoded: string): SigningKey | { readonly fault: string } {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(encoded, 'base64'));
  } catch {
    return { fault: 'one of its signing certificates cannot be read' };
  }
  const { publicKey: key, validFromDate, validToDate } = certificate;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < MIN_KEY_BITS) {
    return { fault: `one of its signing certificates has no RSA key of ${MIN_KEY_BITS} bits or more` };
  }
  return { key, validFrom: validFromDate.getTime(), validUntil: validToDate.getTime() };
}

/** Returns the keys whose certificate is valid; during a key rotation there are two. */
export function validSigningKeys({ signingKeys }: SamlMetadata, now: number): readonly KeyObject[] {
  return signingKeys
    .filter(({ validFrom, validUntil }) => validFrom <= now && now <= validUntil)
    .map(({ key }) => key);
}
