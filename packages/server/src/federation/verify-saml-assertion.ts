import type { AssertionCounter } from '../context/services.ts';
import { isSourceIdentity } from '../context/source-identity.ts';
import { Refusal } from '../errors/refusal.ts';
import { decodeBase64Text } from './base64-text.ts';
import { type SamlMetadata, validSigningKeys } from './saml-metadata.ts';
import { SAML_NAMESPACES } from './saml-namespaces.ts';
import { SignatureUnusable, verifyAssertionSignature } from './saml-signature.ts';
import { SAML_ATTRIBUTES, SAML_SERVICE_PROVIDER, type SamlServiceProvider } from './service-provider.ts';
import {
  children as childrenOf,
  onlyChild as onlyOf,
  parseXml,
  textOf,
  type XmlBounds,
  type XmlElement,
  XmlUnusable,
} from './xml-element.ts';

/** Subject of a verified assertion. */
export interface SamlSubject {
  readonly id: string;
  /** The provider's entity id. */
  readonly issuer: string;
  readonly subject: string;
  /** Last word of the name's format: `persistent`, `emailAddress`; empty if absent. */
  readonly subjectType: string;
  readonly recipient: string;
  /** ID of the answered request, as signed; `undefined` for an unsolicited assertion. */
  readonly inResponseTo: string | undefined;
  /** End of the provider's own session, ms since the epoch. */
  readonly sessionEndsBy: number | undefined;
  /** End of the assertion's validity, ms since the epoch. */
  readonly validUntil: number;
  /** Values by attribute name. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** A verified assertion for a role session. */
export interface SamlAssertion extends SamlSubject {
  /** Pairs of a role's and a provider's ARN, as in the assertion. */
  readonly roles: readonly (readonly string[])[];
  readonly sessionName: string;
  /** Value of the attribute SourceIdentity; `undefined` if absent. */
  readonly sourceIdentity: string | undefined;
  /** Value of the attribute SessionDuration, in seconds; `undefined` if absent. */
  readonly sessionSeconds: number | undefined;
}

/** How far a provider's clock may be ahead of ours. Expiry is not extended. */
const CLOCK_SKEW_MS = 60_000;

/** Maximum length of an ID, a subject and its format, which are recorded. */
const MAX_NAME_LENGTH = 1024;

/**
 * Sized for a user in some hundred groups. No provider adds comments, and comments can truncate texts for some
 * parsers.
 */
const BOUNDS: XmlBounds = { elements: 1500, attributes: 3000, depth: 32, commentsAndSections: 'refused' };

const invalid = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Expired', { reason });

const children = (element: XmlElement, name: string) => childrenOf(element, SAML_NAMESPACES.assertion, name);
const only = (element: XmlElement, name: string) => onlyOf(element, SAML_NAMESPACES.assertion, name);

/**
 * Verifies a response that requests a role session: like `verifySamlSubject`, and with the attributes of RAM's
 * role-based SSO.
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired,
 *   Throttling.SAMLAssertion
 */
export function verifySamlAssertion(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  throttle: AssertionCounter,
): SamlAssertion {
  const subject = verifySamlSubject(encoded, metadata, now, SAML_SERVICE_PROVIDER, throttle);
  const { attributes } = subject;
  const [sessionName, ...others] = attributes.get(SAML_ATTRIBUTES.sessionName) ?? [];
  if (sessionName === undefined || others.length > 0 || !/^[\w.@=-]{2,64}$/.test(sessionName)) {
    throw invalid('its attribute RoleSessionName is missing or wrongly formed');
  }
  return {
    ...subject,
    roles: (attributes.get(SAML_ATTRIBUTES.role) ?? []).map((pair) =>
      pair.split(',').map((arn) => arn.trim()),
    ),
    sessionName,
    sourceIdentity: sourceIdentity(attributes.get(SAML_ATTRIBUTES.sourceIdentity)),
    sessionSeconds: sessionSeconds(attributes.get(SAML_ATTRIBUTES.sessionDuration)),
  };
}

/**
 * Verifies a SAML response with one assertion, which must be signed itself as RAM requires; a signature of the
 * whole response is ignored. The result is read only from the signed bytes.
 *
 * The caller must check whether the assertion was used before, and whether it answers a request of this client: a
 * role session is for the program that presents the assertion, which may have asked the provider itself; a console
 * session must be for the browser that asked (`session/saml-request.ts`).
 *
 * @param encoded Base64 of the whole response
 * @param metadata of the provider that must have signed it
 * @param now ms since the epoch
 * @param serviceProvider required audience and recipient
 * @param throttle counts the verified assertions
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired,
 *   Throttling.SAMLAssertion
 */
export function verifySamlSubject(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  serviceProvider: SamlServiceProvider,
  throttle: AssertionCounter,
): SamlSubject {
  const assertion = signedAssertion(encoded, metadata, now, serviceProvider, throttle);
  if (textOf(only(assertion, 'Issuer')) !== metadata.entityId) throw invalid('it has another issuer');
  const id = assertion.attributes.get('ID') ?? '';
  if (id.length > MAX_NAME_LENGTH) throw invalid('it has no usable ID');

  const conditions = only(assertion, 'Conditions');
  if (conditions === undefined) throw invalid('it has no Conditions');
  assertWithin(conditions, now);
  assertKnownConditions(conditions, serviceProvider);

  const subject = only(assertion, 'Subject');
  const nameId = subject && only(subject, 'NameID');
  const name = textOf(nameId);
  const format = nameId?.attributes.get('Format') ?? '';
  if (subject === undefined || name === '') throw invalid('it has no subject');
  if (name.length > MAX_NAME_LENGTH || format.length > MAX_NAME_LENGTH)
    throw invalid('its subject is too long');
  const { recipient, validUntil, inResponseTo } = confirmation(subject, now, serviceProvider);
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

/** Returns the provider's assertion as it was signed. */
function signedAssertion(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
  serviceProvider: SamlServiceProvider,
  throttle: AssertionCounter,
): XmlElement {
  const text = decodeBase64Text(encoded);
  if (text === undefined) throw invalid('it is not the Base64 of a text');
  try {
    const found = assertionIn(parseXml(text, BOUNDS), serviceProvider);
    const onProven = (id: string) => throttle.count(metadata.entityId, id, now);
    const signed = parseXml(
      verifyAssertionSignature(text, found, validSigningKeys(metadata, now), onProven),
      BOUNDS,
    );
    if (!isAssertion(signed) || signed.attributes.get('ID') !== found.attributes.get('ID')) {
      throw invalid('the signed element is not its assertion');
    }
    return signed;
  } catch (error) {
    if (error instanceof XmlUnusable || error instanceof SignatureUnusable) throw invalid(error.message);
    throw error;
  }
}

/** Returns the only assertion of a successful response for this service provider. */
function assertionIn(response: XmlElement, serviceProvider: SamlServiceProvider): XmlElement {
  const { namespace, name, attributes } = response;
  if (name !== 'Response' || namespace !== SAML_NAMESPACES.protocol || attributes.get('Version') !== '2.0') {
    throw invalid('it is not a SAML 2.0 response');
  }
  const status = onlyOf(response, SAML_NAMESPACES.protocol, 'Status');
  const code = status && onlyOf(status, SAML_NAMESPACES.protocol, 'StatusCode');
  if (code?.attributes.get('Value') !== 'urn:oasis:names:tc:SAML:2.0:status:Success') {
    throw invalid('its status is not Success');
  }
  const destination = attributes.get('Destination');
  if (destination !== undefined && !serviceProvider.recipients.includes(destination)) {
    throw invalid('it is for another destination');
  }
  const [assertion, ...others] = response.children.filter((child) => child.name.endsWith('Assertion'));
  if (assertion === undefined || others.length > 0 || !isAssertion(assertion)) {
    throw invalid('it has not exactly one assertion, unencrypted');
  }
  return assertion;
}

function isAssertion({ namespace, name, attributes }: XmlElement): boolean {
  return (
    name === 'Assertion' && namespace === SAML_NAMESPACES.assertion && attributes.get('Version') === '2.0'
  );
}

/** Asserts that all conditions are known and met: an unknown condition counts as not met. */
function assertKnownConditions(conditions: XmlElement, serviceProvider: SamlServiceProvider): void {
  const known = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];
  const isKnown = ({ namespace, name }: XmlElement) =>
    namespace === SAML_NAMESPACES.assertion && known.includes(name);
  if (!conditions.children.every(isKnown)) throw invalid('it has a condition that is not known');
  const restrictions = children(conditions, 'AudienceRestriction');
  // Each restriction must be met, by any of its audiences.
  const met = restrictions.every((restriction) =>
    children(restriction, 'Audience').some((audience) =>
      serviceProvider.audiences.includes(textOf(audience)),
    ),
  );
  if (restrictions.length === 0 || !met) throw invalid('it is for another audience');
}

/** Returns the first bearer confirmation of the subject for this recipient. */
function confirmation(
  subject: XmlElement,
  now: number,
  serviceProvider: SamlServiceProvider,
): Pick<SamlSubject, 'recipient' | 'validUntil' | 'inResponseTo'> {
  const [data] = children(subject, 'SubjectConfirmation')
    .filter(({ attributes }) => attributes.get('Method') === 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
    .flatMap((bearer) => children(bearer, 'SubjectConfirmationData'))
    .filter(({ attributes }) => serviceProvider.recipients.includes(attributes.get('Recipient') ?? ''));
  if (data === undefined) throw invalid('it is for another recipient');
  const validUntil = instantOf(data, 'NotOnOrAfter');
  // Without an end, its use would have to be remembered for ever.
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
  if (from !== undefined && now + CLOCK_SKEW_MS < from) throw expired('it begins later');
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

/** Returns the earliest end of the session at the provider. */
function endOfSession(assertion: XmlElement): number | undefined {
  const ends = children(assertion, 'AuthnStatement')
    .map((statement) => instantOf(statement, 'SessionNotOnOrAfter'))
    .filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function sourceIdentity(values: readonly string[] | undefined): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  const [text = '', ...others] = values;
  if (others.length > 0 || !isSourceIdentity(text)) {
    throw invalid('its attribute SourceIdentity is wrongly formed');
  }
  return text;
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
  // xs:dateTime in UTC, as SAML requires.
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw invalid('one of its instants is wrongly formed');
  return instant;
}
