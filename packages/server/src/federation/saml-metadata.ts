import { type KeyObject, X509Certificate } from 'node:crypto';
import { RecentMap } from '@claviger/guard/internal';
import { decodeBase64Text } from './base64-text.ts';
import { namespaces } from './saml-namespaces.ts';
import { children, parseXml, textOf, type XmlBounds, type XmlElement, XmlUnusable } from './xml-element.ts';

/** A key of an identity provider, and when its certificate says it may be used; milliseconds since the epoch. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly validFrom: number;
  readonly validUntil: number;
}

/** What the metadata of an identity provider says that is needed to believe its assertions. */
export interface SamlMetadata {
  readonly entityId: string;
  /** Those it signs with. */
  readonly signingKeys: readonly SigningKey[];
  /** Where browsers are sent to sign in, by HTTP-Redirect; undefined when it says none. */
  readonly signOnAddress: string | undefined;
}

/**
 * The metadata of nobody: no assertion is signed by it. Where a provider is not there, a stranger's assertion is
 * verified by this, so that it is refused at the same point, in the same words and at the same cost as elsewhere.
 */
export const nobody: SamlMetadata = { entityId: '', signingKeys: [], signOnAddress: undefined };

/** SAML's bound for entity ids. */
const entityIdLength = 1024;

/** More than any provider has while it changes its key. */
const mostCertificates = 10;

/** Shorter keys can be factored by whoever wants to badly enough (NIST SP 800-131A). */
const fewestKeyBits = 2048;

/** Those of large products have some hundred elements. */
const bounds: XmlBounds = { elements: 5000, attributes: 10_000, depth: 32, asides: 'allowed' };

/** What was read lately, by its text. To read a large one takes longer than all else, and strangers can ask for it. */
const readLately = new RecentMap<string, SamlMetadata | { readonly fault: string }>(64);

/**
 * Reads SAML 2.0 metadata of an identity provider.
 * @param text the Base64 of an XML document; white space does not count
 * @returns what it says, or why it cannot be used, in a few words
 */
export function readSamlMetadata(text: string): SamlMetadata | { readonly fault: string } {
  const known = readLately.get(text);
  if (known !== undefined) return known;
  const found = parseSamlMetadata(text);
  readLately.set(text, found);
  return found;
}

function parseSamlMetadata(text: string): SamlMetadata | { readonly fault: string } {
  const xml = decodeBase64Text(text);
  if (xml === undefined) return { fault: 'it is not the Base64 of a text' };
  let root: XmlElement;
  try {
    root = parseXml(xml, bounds);
  } catch (error) {
    if (error instanceof XmlUnusable) return { fault: error.message };
    throw error;
  }
  if (root.name !== 'EntityDescriptor' || root.namespace !== namespaces.metadata) {
    return { fault: 'its root is not an EntityDescriptor' };
  }
  const entityId = root.attributes.get('entityID') ?? '';
  if (entityId === '' || entityId.length > entityIdLength) return { fault: 'it has no usable entityID' };
  if (!hasWebAddressesOnly(root))
    return { fault: 'one of its locations does not begin with https:// or http://' };
  const encoded = children(root, namespaces.metadata, 'IDPSSODescriptor')
    .flatMap((role) => children(role, namespaces.metadata, 'KeyDescriptor'))
    .filter(({ attributes }) => (attributes.get('use') ?? 'signing') === 'signing')
    .flatMap((key) => children(key, namespaces.signature, 'KeyInfo'))
    .flatMap((info) => children(info, namespaces.signature, 'X509Data'))
    .flatMap((data) => children(data, namespaces.signature, 'X509Certificate'))
    .map((certificate) => textOf(certificate).replace(/\s/g, ''));
  if (encoded.length === 0) return { fault: 'it has no signing certificate of an identity provider' };
  if (encoded.length > mostCertificates)
    return { fault: `it has more than ${mostCertificates} certificates` };
  const signingKeys: SigningKey[] = [];
  for (const certificate of encoded) {
    const read = readCertificate(certificate);
    if ('fault' in read) return read;
    signingKeys.push(read);
  }
  return { entityId, signingKeys, signOnAddress: readSignOnAddress(root) };
}

/** Attributes of SAML metadata that hold an address to which a browser or a program may be sent. */
const addressAttributes = ['Location', 'ResponseLocation', 'errorURL'];

/**
 * Whether each address in a document is one of the web: `javascript:` and `data:` run or show something where they are
 * opened. All of them are checked, not only the one that is used: metadata is handed on as it stands.
 */
function hasWebAddressesOnly(element: XmlElement): boolean {
  const own = addressAttributes
    .map((name) => element.attributes.get(name))
    .filter((address) => address !== undefined);
  return own.every(isWebAddress) && element.children.every(hasWebAddressesOnly);
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

function readSignOnAddress(root: XmlElement): string | undefined {
  return children(root, namespaces.metadata, 'IDPSSODescriptor')
    .flatMap((role) => children(role, namespaces.metadata, 'SingleSignOnService'))
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
  if (key.asymmetricKeyType !== 'rsa' || bits < fewestKeyBits) {
    return { fault: `one of its signing certificates has no RSA key of ${fewestKeyBits} bits or more` };
  }
  return { key, validFrom: validFromDate.getTime(), validUntil: validToDate.getTime() };
}

/** Those of the keys whose certificate is valid; at the change of a key there are two. */
export function keysInUse({ signingKeys }: SamlMetadata, now: number): readonly KeyObject[] {
  return signingKeys
    .filter(({ validFrom, validUntil }) => validFrom <= now && now <= validUntil)
    .map(({ key }) => key);
}
