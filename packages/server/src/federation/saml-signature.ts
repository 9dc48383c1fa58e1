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
import { namespaces } from './saml-namespaces.ts';
import { textOf, type XmlElement } from './xml-element.ts';

/** A signature that does not hold, or is not made as we ask; says what is wrong in a few words. */
export class SignatureUnusable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'SignatureUnusable';
  }
}

type Hash = 'sha256' | 'sha384' | 'sha512';

/** SHA-1 is not among them: whoever can choose a part of what is signed may make two texts with one hash. */
const digests: ReadonlyMap<string, Hash> = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

const sha1 = /^http:\/\/www\.w3\.org\/2000\/09\/xmldsig#(?:rsa-)?sha1$/;

/** Signatures with an RSA key, which is all that the library and the usual providers know. */
const signatures: ReadonlyMap<string, { readonly hash: Hash; readonly padding: number }> = new Map([
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

const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** With comments or without is the same for documents that have none. */
const canonicalisations: ReadonlySet<string> = new Set(
  ['http://www.w3.org/2001/10/xml-exc-c14n#', 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315'].flatMap(
    (name) => [name, `${name.replace(/#$/, '')}#WithComments`],
  ),
);

/**
 * Verifies the signature of an assertion, which stands in the assertion itself and covers the whole of it.
 *
 * What counts is what comes back: the very bytes that were signed. Where they stood in the document says nothing, and
 * neither does anything else that stands there. So an assertion that was moved, copied or wrapped says what its
 * provider has signed, or nothing.
 *
 * @param text of the whole document, which has been read as `assertion` belongs to
 * @param assertion as it stands in the document
 * @param keys those of the provider; a key that the document brings along is never looked at
 * @param proven told of the assertion's ID once it is known that its provider has signed one of that ID, before the
 *   document is looked through, which takes long; may throw
 * @returns the assertion in the canonical form that was signed, without its signature
 * @throws SignatureUnusable
 */
export function signedText(
  text: string,
  assertion: XmlElement,
  keys: readonly KeyObject[],
  proven: (id: string) => void,
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
  proven(form.id);
  let signed: readonly string[];
  try {
    const verifier = new SignedXml({ publicCert: 'one of the keys, below' });
    verifier.SignatureAlgorithms = { [form.signatureMethod]: anyOf(keys, form.signatureMethod) };
    verifier.HashAlgorithms = Object.fromEntries(
      [...digests].map(([name, hash]) => [name, hashing(name, hash)]),
    );
    verifier.loadSignature(signature);
    signed = verifier.checkSignature(text) ? verifier.getSignedReferences() : [];
  } catch {
    // What the library says of it repeats parts of it.
    throw unsigned;
  }
  const [only, ...others] = signed;
  if (only === undefined || others.length > 0) throw unsigned;
  return only;
}

/** What a signature says of itself that is needed to verify it. */
interface SignatureForm {
  /** Of the assertion. */
  readonly id: string;
  readonly signatureMethod: string;
  readonly canonicalisation: string;
  /** Base64. */
  readonly value: string;
}

/**
 * Whether a key has signed what the signature says of itself, whatever has become of the assertion. The library asks
 * this last, after it has gone through the whole document many times; strangers' documents do not get that far.
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
 * A signature has exactly one form here: one reference, to the assertion by its ID, and no room for anything else.
 * The library looks for some of its parts by name, wherever they stand; so there is only one of each.
 */
function formOfSignature(assertion: XmlElement): SignatureForm {
  const unusual = () => new SignatureUnusable('its signature is not made as SAML has it');
  const parts = (element: XmlElement | undefined, ...names: readonly string[]): readonly XmlElement[] => {
    const found = element?.children ?? [];
    const asNamed =
      found.length === names.length &&
      found.every(({ name, namespace }, at) => name === names[at] && namespace === namespaces.signature);
    if (!asNamed) throw unusual();
    return found;
  };
  const own = assertion.children.filter(({ name }) => name === 'Signature');
  const [signature] = own;
  if (signature === undefined) throw new SignatureUnusable('it is not signed itself');
  if (own.length > 1 || signature.namespace !== namespaces.signature) throw unusual();
  // What a KeyInfo says is not looked at; it may say what it likes.
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
  if ([signatureMethod, algorithm(digestMethod)].some((name) => sha1.test(name))) {
    throw new SignatureUnusable('it is signed with SHA-1: have its provider sign with SHA-256');
  }
  const steps = transforms?.children ?? [];
  const [first, second] = parts(transforms, ...steps.map(() => 'Transform'));
  const id = assertion.attributes.get('ID') ?? '';
  const usual =
    signatures.has(signatureMethod) &&
    digests.has(algorithm(digestMethod)) &&
    canonicalisations.has(algorithm(canonicalisation)) &&
    steps.length === 2 &&
    algorithm(first) === enveloped &&
    canonicalisations.has(algorithm(second)) &&
    [canonicalisation, first, second].every(hasPrefixesAlone) &&
    /^[A-Za-z_][\w.-]*$/.test(id) &&
    reference?.attributes.get('URI') === `#${id}`;
  if (!usual) throw unusual();
  return { id, signatureMethod, canonicalisation: algorithm(canonicalisation), value: textOf(value) };
}

/** All that a canonicalisation may be told: which namespaces it is to keep. */
function hasPrefixesAlone(step: XmlElement | undefined): boolean {
  return (step?.children ?? []).every(
    ({ name, children }) => name === 'InclusiveNamespaces' && children.length === 0,
  );
}

function isExclusive(canonicalisation: string): boolean {
  return canonicalisation.startsWith('http://www.w3.org/2001/10/xml-exc-c14n#');
}

/** The same document, as the library wants it. */
function parseDocument(text: string): Document {
  const reject = (problem: string) => {
    throw new Error(problem);
  };
  const errorHandler = { warning: reject, error: reject, fatalError: reject };
  return new DOMParser({ errorHandler }).parseFromString(text, 'text/xml');
}

/** The one signature in the one element with that ID, without the key that it may bring along. */
function signatureIn(document: Document, id: string): Node {
  const [assertion, ...others] = elementsOf(document.documentElement).filter(
    (element) => element.getAttribute('ID') === id,
  );
  if (assertion === undefined || others.length > 0) throw new Error('two readers disagree');
  const [signature, ...more] = elementsOf(assertion).filter(
    ({ localName, namespaceURI }) => localName === 'Signature' && namespaceURI === namespaces.signature,
  );
  if (signature === undefined || more.length > 0) throw new Error('two readers disagree');
  for (const part of elementsOf(signature)) if (part.localName === 'KeyInfo') signature.removeChild(part);
  return signature;
}

function elementsOf(node: Node): readonly Element[] {
  return Array.from(node.childNodes).filter((child): child is Element => child.nodeType === 1);
}

function verifies(keys: readonly KeyObject[], method: string, canonical: string, value: string): boolean {
  const { hash, padding } = signatures.get(method)!;
  const signature = Buffer.from(value, 'base64');
  return keys.some((key) => verify(hash, Buffer.from(canonical), { key, padding }, signature));
}

/** A signature of one of the keys, whichever: the document is gone through once, however many there are. */
function anyOf(keys: readonly KeyObject[], method: string): new () => SignatureAlgorithm {
  return class implements SignatureAlgorithm {
    getAlgorithmName = () => method;
    getSignature = (): never => {
      throw new Error('nothing is signed here');
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
