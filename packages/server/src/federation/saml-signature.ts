import { constants, createHash, type KeyObject, verify } from 'node:crypto';
import { DOMParser } from '@xmldom/xmldom';
import {
  C14nCanonicalization,
  ExclusiveCanonicalization,
  findAncestorNs,
  type HashAlgorithm,
  type SignatureAlgorithm,
  SignedXml,
} from 'xml-crypto';
import { SAML_NAMESPACES } from './saml-namespaces.ts';
import { textOf, type XmlElement } from './xml-element.ts';

/** Error: a signature is invalid or has an unsupported form. The message says why in a few words. */
export class SignatureUnusable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SignatureUnusable';
  }
}

type Hash = 'sha256' | 'sha384' | 'sha512';

/**
 * SHA-1 is excluded: collisions let an attacker who chooses a part of the signed text make two texts with one hash.
 */
const DIGESTS: ReadonlyMap<string, Hash> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

const SHA1 = /^http:\/\/www\.w3\.org\/2000\/09\/xmldsig#(?:rsa-)?sha1$/;

/** RSA signatures, the only ones that the library and common providers support. */
const SIGNATURES: ReadonlyMap<string, { readonly hash: Hash; readonly padding: number }> = new Map([
  [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    { hash: 'sha256', padding: constants.RSA_PKCS1_PADDING },
  ],
  [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
    { hash: 'sha384', padding: constants.RSA_PKCS1_PADDING },
  ],
  [
    'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
    { hash: 'sha512', padding: constants.RSA_PKCS1_PADDING },
  ],
  [
    'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
    { hash: 'sha256', padding: constants.RSA_PKCS1_PSS_PADDING },
  ],
]);

const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** With and without comments is equivalent, since documents have no comments. */
const CANONICALISATIONS: ReadonlySet<string> = new Set(
  ['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'].flatMap(
    (name) => [name, `${name.replace(/#$/, '')}#WithComments`],
  ),
);

/**
 * Verifies the signature of an assertion, which must be inside the assertion and cover all of it.
 *
 * The result is the text that was signed. Nothing else in the document is trusted, nor is the place of the
 * assertion in it, so an assertion that was moved, copied or wrapped (XML signature wrapping) yields what its
 * provider has signed, or nothing.
 *
 * @param text the whole document, from which `assertion` was parsed
 * @param assertion as parsed from the document
 * @param keys of the provider; a key inside the document is never used
 * @param onProven called with the assertion's ID once it is known that the provider has signed one of that ID,
 *   before the expensive verification of the document; may throw
 * @returns the assertion in the canonical form that was signed, without its signature
 * @throws SignatureUnusable
 */
export function verifyAssertionSignature(
  text: string,
  assertion: XmlElement,
  keys: readonly KeyObject[],
  onProven: (id: string) => void,
): string {
  const form = formOfSignature(assertion);
  const unsigned = new SignatureUnusable('its provider has not signed it');
  let signature: Node;
  try {
    const document = parseDocument(text);
    signature = signatureIn(document, form.id);
    if (!isSignedByAny(keys, document, signature, form)) throw unsigned;
  } catch {
    throw unsigned;
  }
  onProven(form.id);
  let signed: readonly string[];
  try {
    const verifier = new SignedXml({ publicCert: 'one of the keys, below' });
    verifier.SignatureAlgorithms = { [form.signatureMethod]: anyOf(keys, form.signatureMethod) };
    verifier.HashAlgorithms = Object.fromEntries(
      [...DIGESTS].map(([name, hash]) => [name, hashing(name, hash)]),
    );
    verifier.loadSignature(signature);
    signed = verifier.checkSignature(text) ? verifier.getSignedReferences() : [];
  } catch {
    // The library's messages repeat parts of the document.
    throw unsigned;
  }
  const [only, ...others] = signed;
  if (only === undefined || others.length > 0) throw unsigned;
  return only;
}

/** The parts of a signature that verifying it needs. */
interface SignatureForm {
  /** ID of the assertion. */
  readonly id: string;
  readonly signatureMethod: string;
  readonly canonicalisation: string;
  /** Base64. */
  readonly value: string;
}

/**
 * Returns whether a key has signed the SignedInfo of a signature, regardless of the assertion. The library checks
 * this last, after it has traversed the whole document many times; checking it first keeps unsigned documents
 * cheap.
 */
function isSignedByAny(
  keys: readonly KeyObject[],
  document: Document,
  signature: Node,
  { signatureMethod, canonicalisation, value }: SignatureForm,
): boolean {
  const [info] = elementsOf(signature).filter(({ localName }) => localName === 'SignedInfo');
  if (info === undefined) return false;
  const path = ['Assertion', 'Signature', 'SignedInfo'].map((name) => `/*[local-name()='${name}']`);
  const ancestorNamespaces = findAncestorNs(document, `/*${path.join('')}`);
  const canonical = isExclusive(canonicalisation)
    ? new ExclusiveCanonicalization().process(info, {})
    : new C14nCanonicalization().process(info, { ancestorNamespaces });
  return verifies(keys, signatureMethod, canonical, value);
}

/**
 * Parses a signature. Exactly one form is accepted: one reference, to the assertion by its ID, and no other
 * content. The library finds some parts by name anywhere in the document, so each may occur only once.
 */
function formOfSignature(assertion: XmlElement): SignatureForm {
  const unsupported = () => new SignatureUnusable('its signature has an unsupported form');
  const parts = (element: XmlElement | undefined, ...names: readonly string[]): readonly XmlElement[] => {
    const found = element?.children ?? [];
    const asNamed =
      found.length === names.length &&
      found.every(({ name, namespace }, at) => name === names[at] && namespace === SAML_NAMESPACES.signature);
    if (!asNamed) throw unsupported();
    return found;
  };
  const own = assertion.children.filter(({ name }) => name === 'Signature');
  const [signature] = own;
  if (signature === undefined) throw new SignatureUnusable('it is not signed itself');
  if (own.length > 1 || signature.namespace !== SAML_NAMESPACES.signature) throw unsupported();
  // The content of a KeyInfo is ignored.
  const hasKeyInfo = signature.children.some(({ name }) => name === 'KeyInfo');
  const [info] = parts(signature, 'SignedInfo', 'SignatureValue', ...(hasKeyInfo ? ['KeyInfo'] : []));
  const [canonicalisation, method, reference] = parts(
    info,
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  );
  const [transforms, digestMethod, digest] = parts(reference, 'Transforms', 'DigestMethod', 'DigestValue');
  const value = signature.children[1];
  for (const leaf of [value, method, digestMethod, digest]) parts(leaf);

  const algorithm = (element: XmlElement | undefined) => element?.attributes.get('Algorithm') ?? '';
  const signatureMethod = algorithm(method);
  if ([signatureMethod, algorithm(digestMethod)].some((name) => SHA1.test(name))) {
    throw new SignatureUnusable('it is signed with SHA-1: have its provider sign with SHA-256');
  }
  const steps = transforms?.children ?? [];
  const [first, second] = parts(transforms, ...steps.map(() => 'Transform'));
  const id = assertion.attributes.get('ID') ?? '';
  const isSupported =
    SIGNATURES.has(signatureMethod) &&
    DIGESTS.has(algorithm(digestMethod)) &&
    CANONICALISATIONS.has(algorithm(canonicalisation)) &&
    steps.length === 2 &&
    algorithm(first) === ENVELOPED &&
    CANONICALISATIONS.has(algorithm(second)) &&
    [canonicalisation, first, second].every(hasPrefixesOnly) &&
    /^[A-Za-z_][\w.-]*$/.test(id) &&
    reference?.attributes.get('URI') === `#${id}`;
  if (!isSupported) throw unsupported();
  return { id, signatureMethod, canonicalisation: algorithm(canonicalisation), value: textOf(value) };
}

/** Returns whether a canonicalisation has no content but a list of namespaces to keep. */
function hasPrefixesOnly(step: XmlElement | undefined): boolean {
  return (step?.children ?? []).every(
    ({ name, children }) => name === 'InclusiveNamespaces' && children.length === 0,
  );
}

function isExclusive(canonicalisation: string): boolean {
  return canonicalisation.startsWith('http://www.w3.org/2001/10/xml-exc-c14n#');
}

/** Parses the document with the library's parser. */
function parseDocument(text: string): Document {
  const reject = (problem: string) => {
    throw new Error(problem);
  };
  const errorHandler = { warning: reject, error: reject, fatalError: reject };
  return new DOMParser({ errorHandler }).parseFromString(text, 'text/xml');
}

/** Returns the only signature in the only element with that ID, without its KeyInfo. */
function signatureIn(document: Document, id: string): Node {
  const [assertion, ...others] = elementsOf(document.documentElement).filter(
    (element) => element.getAttribute('ID') === id,
  );
  if (assertion === undefined || others.length > 0) throw new Error('the two XML parsers disagree');
  const [signature, ...more] = elementsOf(assertion).filter(
    ({ localName, namespaceURI }) => localName === 'Signature' && namespaceURI === SAML_NAMESPACES.signature,
  );
  if (signature === undefined || more.length > 0) throw new Error('the two XML parsers disagree');
  for (const part of elementsOf(signature)) if (part.localName === 'KeyInfo') signature.removeChild(part);
  return signature;
}

function elementsOf(node: Node): readonly Element[] {
  return Array.from(node.childNodes).filter((child): child is Element => child.nodeType === 1);
}

function verifies(keys: readonly KeyObject[], method: string, canonical: string, value: string): boolean {
  const { hash, padding } = SIGNATURES.get(method)!;
  const signature = Buffer.from(value, 'base64');
  return keys.some((key) => verify(hash, Buffer.from(canonical), { key, padding }, signature));
}

/**
 * Returns an algorithm that accepts a signature of any of the keys: the document is traversed once for all of them.
 */
function anyOf(keys: readonly KeyObject[], method: string): new () => SignatureAlgorithm {
  return class implements SignatureAlgorithm {
    getAlgorithmName = () => method;
    getSignature = (): never => {
      throw new Error('signing is not supported');
    };
    verifySignature = (material: string, _key: unknown, value: string) =>
      verifies(keys, method, material, value);
  };
}

function hashing(name: string, hash: Hash): new () => HashAlgorithm {
  return class implements HashAlgorithm {
    getAlgorithmName = () => name;
    getHash = (canonical: string) => createHash(hash).update(canonical, 'utf8').digest('base64');
  };
}
