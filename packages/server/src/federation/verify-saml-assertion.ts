import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { parseStringPromise } from 'xml2js';
import { Refusal } from '../errors/refusal.ts';
import type { SamlMetadata } from './saml-metadata.ts';
import { samlAttributes, samlServiceProvider } from './service-provider.ts';
import { children, only, textOf, type XmlElement } from './xml-element.ts';

/** What a believed assertion says. */
export interface SamlAssertion {
  readonly id: string;
  /** The provider's entity id. */
  readonly issuer: string;
  readonly subject: string;
  /** The last word of the name's format: `persistent`, `emailAddress`; empty when it has none. */
  readonly subjectType: string;
  readonly recipient: string;
  /** Pairs of a role's and a provider's ARN, as they stand there. */
  readonly roles: readonly (readonly string[])[];
  readonly sessionName: string;
  /** The attribute that bounds a session, in seconds; undefined when there is none. */
  readonly sessionSeconds: number | undefined;
  /** When the provider's own session ends; milliseconds since the epoch. */
  readonly sessionEndsBy: number | undefined;
  /** Until when it can be used; milliseconds since the epoch. */
  readonly validUntil: number;
}

/** By how much a provider's clock may be ahead of ours. What has ended by our clock has ended. */
const clockSkewMs = 60_000;

const idLength = 1024;

/** Ten times those of a response for somebody in a hundred groups. */
const mostTags = 3000;

const invalid = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Invalid', { reason });
const expired = (reason: string) => new Refusal('AuthenticationFail.SAMLAssertion.Expired', { reason });

/**
 * Verifies a SAML response with one assertion, which must be signed itself: RAM asks for that, a signature of the
 * whole response is not enough. What is returned was read from the signed assertion and nothing else: node-saml
 * hands out what the signature covers, so that whatever stands around it in the response says nothing.
 *
 * Whether the assertion was used before is for the caller to know.
 *
 * @param encoded Base64 of the whole response
 * @param metadata of the provider that must have signed it
 * @param now milliseconds since the epoch
 * @throws Refusal AuthenticationFail.SAMLAssertion.Invalid, AuthenticationFail.SAMLAssertion.Expired
 */
export async function verifySamlAssertion(
  encoded: string,
  metadata: SamlMetadata,
  now: number,
): Promise<SamlAssertion> {
  const assertion = await signedAssertion(encoded, metadata);
  if (textOf(only(assertion, 'Issuer')) !== metadata.entityId) throw invalid('it has another issuer');
  const id = assertion.$?.['ID'] ?? '';
  if (id === '' || id.length > idLength) throw invalid('it has no usable ID');

  const conditions = only(assertion, 'Conditions');
  if (conditions === undefined) throw invalid('it has no Conditions');
  refuseOutsideOf(conditions, now);
  refuseOtherAudience(conditions);

  const subject = only(assertion, 'Subject');
  const nameId = subject && only(subject, 'NameID');
  const name = textOf(nameId);
  if (subject === undefined || name === '') throw invalid('it has no subject');
  const { recipient, validUntil } = confirmation(subject, now);

  const attributes = attributesOf(assertion);
  const [sessionName, ...others] = attributes.get(samlAttributes.sessionName) ?? [];
  if (sessionName === undefined || others.length > 0 || !/^[\w.@=-]{2,64}$/.test(sessionName)) {
    throw invalid('its attribute RoleSessionName is missing or wrongly formed');
  }
  const sessionEndsBy = instantOf(only(assertion, 'AuthnStatement')?.$?.['SessionNotOnOrAfter']);
  if (sessionEndsBy !== undefined && sessionEndsBy <= now) throw expired('its session has ended');
  return {
    id,
    issuer: metadata.entityId,
    subject: name,
    subjectType: (nameId?.$?.['Format'] ?? '').replace(/^.*:/s, ''),
    recipient,
    roles: (attributes.get(samlAttributes.role) ?? []).map((pair) =>
      pair.split(',').map((arn) => arn.trim()),
    ),
    sessionName,
    sessionSeconds: sessionSeconds(attributes.get(samlAttributes.sessionDuration)),
    sessionEndsBy,
    validUntil: Math.min(validUntil, instantOf(conditions.$?.['NotOnOrAfter']) ?? validUntil),
  };
}

/** The assertion that the provider has signed, as it was signed. */
async function signedAssertion(encoded: string, metadata: SamlMetadata): Promise<XmlElement> {
  await refuseCostlyText(Buffer.from(encoded, 'base64').toString('utf8'));
  const library = new SAML({
    idpCert: [...metadata.signingCertificates],
    issuer: samlServiceProvider.audiences[0],
    callbackUrl: samlServiceProvider.recipients[0],
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    // There was no request: the provider sends it by itself.
    validateInResponseTo: ValidateInResponseTo.never,
    // Judged here: several audiences are ours, and the library knows no clock but the system's.
    audience: false,
    acceptedClockSkewMs: -1,
  });
  let document: unknown;
  try {
    const { profile } = await library.validatePostResponseAsync({ SAMLResponse: encoded });
    document = profile?.getAssertion?.();
  } catch {
    // What the library says of it repeats parts of it.
    throw invalid('it is no response with one assertion that its provider has signed');
  }
  const assertion = (document as Readonly<Record<string, XmlElement>> | undefined)?.['Assertion'];
  if (assertion === undefined) throw invalid('it has no assertion');
  return assertion;
}

/**
 * Anybody may send us a text, and the library's parser goes on after what is wrong with it, in a time that grows with
 * the square of it. So it only sees what another, strict one has read, and little enough.
 */
async function refuseCostlyText(text: string): Promise<void> {
  // Entities are declared in a document type, which no response needs.
  if (text.includes('<!DOCTYPE')) throw invalid('it has a document type declaration');
  if (text.split('<', mostTags + 2).length > mostTags + 1) throw invalid(`it has more than ${mostTags} tags`);
  try {
    await parseStringPromise(text);
  } catch {
    throw invalid('it is not well-formed XML');
  }
}

function refuseOtherAudience(conditions: XmlElement): void {
  const restrictions = children(conditions, 'AudienceRestriction');
  // Each restriction has to be met, by any of its audiences.
  const met = restrictions.every((restriction) =>
    children(restriction, 'Audience').some((audience) =>
      samlServiceProvider.audiences.some((ours) => ours === textOf(audience)),
    ),
  );
  if (restrictions.length === 0 || !met) throw invalid('it is for another audience');
}

/** The first confirmation of the subject that says that whoever bears the assertion to us, now, is the subject. */
function confirmation(
  subject: XmlElement,
  now: number,
): { readonly recipient: string; readonly validUntil: number } {
  const ours = children(subject, 'SubjectConfirmation')
    .filter(({ $ }) => $?.['Method'] === 'urn:oasis:names:tc:SAML:2.0:cm:bearer')
    .flatMap((bearer) => children(bearer, 'SubjectConfirmationData'))
    .filter(({ $ }) => samlServiceProvider.recipients.some((recipient) => recipient === $?.['Recipient']));
  const [data] = ours;
  if (data === undefined) throw invalid('it is for another recipient');
  const validUntil = instantOf(data.$?.['NotOnOrAfter']);
  // Without an end its use would have to be remembered for ever.
  if (validUntil === undefined) throw invalid('its SubjectConfirmationData has no NotOnOrAfter');
  refuseOutsideOf(data, now);
  return { recipient: data.$?.['Recipient'] ?? '', validUntil };
}

function refuseOutsideOf({ $ }: XmlElement, now: number): void {
  const from = instantOf($?.['NotBefore']);
  const until = instantOf($?.['NotOnOrAfter']);
  if (from !== undefined && now + clockSkewMs < from) throw expired('it begins later');
  if (until !== undefined && now >= until) throw expired('it has ended');
}

function attributesOf(assertion: XmlElement): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of children(assertion, 'AttributeStatement')) {
    for (const attribute of children(statement, 'Attribute')) {
      const name = attribute.$?.['Name'] ?? '';
      const values = children(attribute, 'AttributeValue').map(textOf);
      attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
    }
  }
  return attributes;
}

function sessionSeconds(values: readonly string[] | undefined): number | undefined {
  const [text] = values ?? [];
  if (text === undefined) return undefined;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  // RAM's bounds of a session.
  if (!(seconds >= 900 && seconds <= 43_200)) {
    throw invalid('its attribute SessionDuration is not from 900 to 43200');
  }
  return seconds;
}

function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // XML Schema's dateTime in UTC, which SAML asks for.
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant)) throw invalid('one of its instants is wrongly formed');
  return instant;
}
