import type { AssertionCounter } from '../context/services.ts';
import { Refusal } from '../errors/refusal.ts';
import { decodeBase64Text } from './base64-text.ts';
import { keysInUse, type SamlMetadata } from './saml-metadata.ts';
import { namespaces } from './saml-namespaces.ts';
import { SignatureUnusable, signedText } from './saml-signature.ts';
import { type SamlServiceProvider, samlAttributes, samlServiceProvider } from './service-provider.ts';
import {
  children as childrenOf,
  only as onlyOf,
  parseXml,
  textOf,
  type XmlBounds,
  type XmlElement,
  XmlUnusable,
} from './xml-element.ts';

/** What a believed assertion says of whom it is about. */
export interface SamlSubject {
  readonly id: string;
  /** The provider's entity id. */
  readonly issuer: string;
  readonly subject: string;
  /** The last word of the name's format: `persistent`, `emailAddress`; empty when it has none. */
  readonly subjectType: string;
  readonly recipient: string;
  /** ID of the request that it answers, as signed; undefined when it answers none. */
  readonly inResponseTo: string | undefined;
  /** When the provider's own session ends; milliseconds since the epoch. */
  readonly sessionEndsBy: number | undefined;
  /** Until when it can be used; milliseconds since the epoch. */
  readonly validUntil: number;
  /** Values by the attribute's name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** What a believed assertion says to somebody who wants a session of a role. */
export interface SamlAssertion extends SamlSubject {
  /** Pairs of a role's and a provider's ARN, as they stand there. */
  readonly roles: readonly (readonly string[])[];
  readonly sessionName: string;
  /** The attribute that bounds a session, in seconds; undefined when there is none. */
  readonly sessionSeconds: number | undefined;
}

/** By how much a provider's clock may be ahead of ours. What has ended by our clock has ended. */
const clockSkewMs = 60_000;

/** Of an ID, a subject and its format: names, which go into the record. */
const nameLength = 1024;

/** A response for somebody in some hundred groups. No provider adds comments; where they stand, texts can be cut. */
const bounds: XmlBounds = { elements: 1500, attributes: 3000, depth: 32, asides: 'refused' };

const invalid = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Expired', { reason });

const children = (element: XmlElement, name: string) => childrenOf(element, namespaces.assertion, name);
const only = (element: XmlElement, name: string) => onlyOf(element, namespaces.assertion, name);

/**
 * Verifies a response that asks for a session of a role: as `verifySamlSubject`, and with the attributes that such a
 * one needs.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired,
 *   Throttling.SAMLAssertion
 */
export function verifySamlAssertion(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  throttle: AssertionCounter,
): SamlAssertion {
  const subject = verifySamlSubject(encoded, metadata, now, samlServiceProvider, throttle);
  const { attributes } = subject;
  const [sessionName, ...others] = attributes.get(samlAttributes.sessionName) ?? [];
  if (sessionName === undefined || others.length > 0 || !/^[\w.@=-]{2,64}$/.test(sessionName)) {
    throw invalid('its attribute RoleSessionName is missing or wrongly formed');
  }
  return {
    ...subject,
    roles: (attributes.get(samlAttributes.role) ?? []).map((pair) =>
      pair.split(',').map((arn) => arn.trim()),
    ),
    sessionName,
    sessionSeconds: sessionSeconds(attributes.get(samlAttributes.sessionDuration)),
  };
}

/**
 * Verifies a SAML response with one assertion, which must be signed itself: RAM asks for that, a signature of the
 * whole response is not enough, and not looked at. What is returned was read from the bytes that were signed, and from
 * nothing else.
 *
 * Whether the assertion was used before, and whether the request that it answers is the caller's, is checked by the
 * caller: a role session is for the program that presents the assertion, and that program may have asked the provider
 * itself; a console session has to be for the browser that asked (`session/saml-request.ts`).
 *
 * @param encoded Base64 of the whole response
 * @param metadata of the provider that must have signed it
 * @param now milliseconds since the epoch
 * @param ours what it has to be for
 * @param throttle counts the assertions that are looked through
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired,
 *   Throttling.SAMLAssertion
 */
export function verifySamlSubject(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  ours: SamlServiceProvider,
  throttle: AssertionCounter,
): SamlSubject {
  const assertion = signedAssertion(encoded, metadata, now, ours, throttle);
  if (textOf(only(assertion, 'Issuer')) !== metadata.entityId) throw invalid('it has another issuer');
  const id = assertion.attributes.get('ID') ?? '';
  if (id.length > nameLength) throw invalid('it has no usable ID');

  const conditions = only(assertion, 'Conditions');
  if (conditions === undefined) throw invalid('it has no Conditions');
  assertWithin(conditions, now);
  assertKnownConditions(conditions, ours);

  const subject = only(assertion, 'Subject');
  const nameId = subject && only(subject, 'NameID');
  const name = textOf(nameId);
  const format = nameId?.attributes.get('Format') ?? '';
  if (subject === undefined || name === '') throw invalid('it has no subject');
  if (name.length > nameLength || format.length > nameLength) throw invalid('its subject is too long');
  const { recipient, validUntil, inResponseTo } = confirmation(subject, now, ours);
  const sessionEndsBy = endOfSession(assertion);
  if (sessionEndsBy !== undefined && sessionEndsBy <= now) throw expired('its session has ended');
  return {
    id,
    issuer: metadata.entityId,
    subject: name,
    subjectType: format.replace(/^.*:/s, ''),
    recipient,
    inResponseTo,
    sessionEndsBy,
    validUntil: Math.min(validUntil, instantOf(conditions, 'NotOnOrAfter') ?? validUntil),
    attributes: attributesOf(assertion),
  };
}

/** The assertion that the provider has signed, as it was signed. */
function signedAssertion(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  ours: SamlServiceProvider,
  throttle: AssertionCounter,
): XmlElement {
  const text = decodeBase64Text(encoded);
  if (text === undefined) throw invalid('it is not the Base64 of a text');
  try {
    const found = assertionIn(parseXml(text, bounds), ours);
    const proven = (id: string) => throttle.count(metadata.entityId, id, now);
    const signed = parseXml(signedText(text, found, keysInUse(metadata, now), proven), bounds);
    if (!isAssertion(signed) || signed.attributes.get('ID') !== found.attributes.get('ID')) {
      throw invalid('what is signed is not its assertion');
    }
    return signed;
  } catch (error) {
    if (error instanceof XmlUnusable || error instanceof SignatureUnusable) throw invalid(error.message);
    throw error;
  }
}

/** The one assertion of a response that says that all went well, and is for us. */
function assertionIn(response: XmlElement, ours: SamlServiceProvider): XmlElement {
  const { namespace, name, attributes } = response;
  if (name !== 'Response' || namespace !== namespaces.protocol || attributes.get('Version') !== '2.0') {
    throw invalid('it is no SAML 2.0 response');
  }
  const status = onlyOf(response, namespaces.protocol, 'Status');
  const code = status && onlyOf(status, namespaces.protocol, 'StatusCode');
  if (code?.attributes.get('Value') !== 'urn:oasis:names:tc:SAML:2.0:status:Success') {
    throw invalid('it is no success');
  }
  const destination = attributes.get('Destination');
  if (destination !== undefined && !ours.recipients.includes(destination)) {
    throw invalid('it is for another destination');
  }
  const [assertion, ...others] = response.children.filter((child) => child.name.endsWith('Assertion'));
  if (assertion === undefined || others.length > 0 || !isAssertion(assertion)) {
    throw invalid('it has not exactly one assertion, in clear');
  }
  return assertion;
}

function isAssertion({ namespace, name, attributes }: XmlElement): boolean {
  return name === 'Assertion' && namespace === namespaces.assertion && attributes.get('Version') === '2.0';
}

/** An assertion holds under all of its conditions; so one that we do not know is one that is not met. */
function assertKnownConditions(conditions: XmlElement, ours: SamlServiceProvider): void {
  const known = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];
  const isKnown = ({ namespace, name }: XmlElement) =>
    namespace === namespaces.assertion && known.includes(name);
  if (!conditions.children.every(isKnown)) throw invalid('it has a condition that is not known');
  const restrictions = children(conditions, 'AudienceRestriction');
  // Each restriction has to be met, by any of its audiences.
  const met = restrictions.every((restriction) =>
    children(restriction, 'Audience').some((audience) => ours.audiences.includes(textOf(audience))),
  );
  if (restrictions.length === 0 || !met) throw invalid('it is for another audience');
}

/** The first confirmation of the subject that says that whoever bears the assertion to us, now, is the subject. */
function confirmation(
  subject: XmlElement,
  now: number,
  ours: SamlServiceProvider,
): Pick<SamlSubject, 'recipient' | 'validUntil' | 'inResponseTo'> {
  const [data] = children(subject, 'SubjectConfirmation')
    .filter(({ attributes }) => attributes.get('Method') === 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
    .flatMap((bearer) => children(bearer, 'SubjectConfirmationData'))
    .filter(({ attributes }) => ours.recipients.includes(attributes.get('Recipient') ?? ''));
  if (data === undefined) throw invalid('it is for another recipient');
  const validUntil = instantOf(data, 'NotOnOrAfter');
  // Without an end its use would have to be remembered for ever.
  if (validUntil === undefined) throw invalid('its SubjectConfirmationData has no NotOnOrAfter');
  assertWithin(data, now);
  return {
    recipient: data.attributes.get('Recipient') ?? '',
    validUntil,
    inResponseTo: data.attributes.get('InResponseTo'),
  };
}

function assertWithin(element: XmlElement, now: number): void {
  const from = instantOf(element, 'NotBefore');
  const until = instantOf(element, 'NotOnOrAfter');
  if (from !== undefined && now + clockSkewMs < from) throw expired('it begins later');
  if (until !== undefined && now >= until) throw expired('it has ended');
}

function attributesOf(assertion: XmlElement): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of children(assertion, 'AttributeStatement')) {
    for (const attribute of children(statement, 'Attribute')) {
      const name = attribute.attributes.get('Name') ?? '';
      const values = children(attribute, 'AttributeValue').map(textOf);
      attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
    }
  }
  return attributes;
}

/** The earliest end that is said of the session at the provider. */
function endOfSession(assertion: XmlElement): number | undefined {
  const ends = children(assertion, 'AuthnStatement')
    .map((statement) => instantOf(statement, 'SessionNotOnOrAfter'))
    .filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function sessionSeconds(values: readonly string[] | undefined): number | undefined {
  if (values === undefined || values.length === 0) return undefined;
  const [text = '', ...others] = values;
  const seconds = others.length === 0 && /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  // RAM's bounds of a session.
  if (!(seconds >= 900 && seconds <= 43_200)) {
    throw invalid('its attribute SessionDuration is not from 900 to 43200');
  }
  return seconds;
}

function instantOf({ attributes }: XmlElement, name: string): number | undefined {
  const text = attributes.get(name);
  if (text === undefined) return undefined;
  // XML Schema's dateTime in UTC, which SAML asks for.
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw invalid('one of its instants is wrongly formed');
  return instant;
}
