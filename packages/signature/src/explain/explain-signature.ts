import { acsCanonicalRequest, acsStringToSign } from '../acs.ts';
import { readableText } from '../canonical-request.ts';
import { echoedText, isCutOff } from '../echoed-text.ts';
import { SignatureError } from '../errors.ts';
import { HeaderFields } from '../header-fields.ts';
import { parseSignature } from '../parse.ts';
import type { KeySignature, ParsedSignature } from '../parsed-signature.ts';
import { percentDecode } from '../percent-encoding.ts';
import type { RequestHead, SignedRequest } from '../request.ts';
import { readContent } from '../request-content.ts';
import { roaStringToSign } from '../roa.ts';
import { rpcStringToSign } from '../rpc.ts';
import type { SigningCredentials } from '../sign.ts';
import { SigningKey } from '../signing-key.ts';
import { assertWithinWindow, DEFAULT_WINDOW_MS, formatIsoTimestamp, timestampWindow } from '../timestamp.ts';
import { verifySignature } from '../verify.ts';
import { findAcsMistakes } from './acs-mistakes.ts';
import { changesOnTheWay } from './changes-on-the-way.ts';
import { explainBody } from './explain-body.ts';
import { explainSignedHeaders } from './explain-signed-headers.ts';
import { type FirstDifference, firstDifference } from './first-difference.ts';
import { findRoaMistakes } from './roa-mistakes.ts';
import { findRpcMistakes } from './rpc-mistakes.ts';
import { readServerMessage } from './server-message.ts';

/** Check of an explanation, in the order in which a server makes them. */
export type ExplainedCheck = 'request' | 'scheme' | 'headers' | 'key' | 'time' | 'body' | 'signature';

/** Result of one check. */
export interface ExplanationStep {
  readonly check: ExplainedCheck;
  /** `unknown` when an input of the check is not available. */
  readonly outcome: 'holds' | 'fails' | 'unknown';
  /** Finding, in one sentence. */
  readonly seen: string;
  /** Further findings and what to do. */
  readonly advice: readonly string[];
}

/** Explanation why a request's signature is valid or not. */
export interface Explanation {
  /** Whether a server with this key would accept the signature. */
  readonly holds: boolean;
  readonly steps: readonly ExplanationStep[];
  /** Canonical request computed from the request (ACS3, ACS4), for display. */
  readonly canonicalRequest?: string;
  /** String to sign computed from the request, for display. */
  readonly stringToSign?: string;
  /** Where the server's text differs from the computed one. */
  readonly difference?: FirstDifference;
}

export interface ExplainOptions {
  /**
   * Time at which to judge the request, in milliseconds since the epoch, unless the server's message has one.
   */
  readonly now: number;
  /** Maximum distance of the request's timestamp from `now`, in milliseconds. Default: 15 minutes. */
  readonly windowMs?: number;
  /** Key that the request should be signed with. Without it everything except the signature is checked. */
  readonly credentials?: SigningCredentials;
  /** Host and port that the request was sent to, if known independently of `host`. */
  readonly sentTo?: string;
  /** Server's answer: response body, error message, or the error text of an official client. */
  readonly serverMessage?: string;
}

type Step = Omit<ExplanationStep, 'check'>;

/**
 * Explains step by step why a request's signature is valid or not: with the functions that verify it, and, if
 * it is invalid, by the known mistakes of clients. It is a diagnostic for people; servers use
 * `verifySignature`. The result never contains the secret, but the canonical request contains the security
 * token.
 *
 * @param request the captured request, or its head when the body is not available
 * @example
 * const explanation = explainSignature(
 *   { method: 'GET', target: '/', rawHeaders: ['host', 'example.com'], body: new Uint8Array() },
 *   { now: Date.now(), credentials: { accessKeyId: 'testid', accessKeySecret: 'testsecret' } },
 * );
 * for (const { check, outcome, seen } of explanation.steps) console.log(check, outcome, seen);
 */
export function explainSignature(request: SignedRequest | RequestHead, options: ExplainOptions): Explanation {
  const steps: ExplanationStep[] = [];
  const add = (check: ExplainedCheck, step: Step) => steps.push({ check, ...step });
  const readable = explainRequest(request);
  add('request', readable);
  if (readable.outcome === 'fails') return { holds: false, steps };

  const parsed = tryParse(request);
  if (parsed instanceof SignatureError) {
    const headers = explainSignedHeaders(request);
    if (headers?.outcome === 'fails') {
      add('scheme', holds(`The Authorization header is one of ${headers.scheme}.`));
      add('headers', headers);
    } else {
      add(checkOf(parsed), fails(parsed.message));
    }
    return { holds: false, steps };
  }
  if (!isSigned(parsed)) {
    add('scheme', fails(unsignedText(parsed)));
    return { holds: false, steps };
  }
  add('scheme', holds(`It is signed with ${parsed.scheme}.`, ...nonceAdvice(parsed)));
  const headers = explainSignedHeaders(request);
  if (headers !== undefined) add('headers', headers);
  add('key', explainKey(parsed, options.credentials));
  const server = options.serverMessage === undefined ? {} : readServerMessage(options.serverMessage);
  add('time', explainTime(parsed, options, server.serverTime));
  add('body', explainBody(parsed));
  const texts = signedTexts(parsed);
  if (texts instanceof SignatureError) {
    add('signature', fails(texts.message));
    return { holds: false, steps };
  }
  const { difference, ...signature } = explainSigning(parsed, texts, options, server.signedText);
  add('signature', signature);
  return {
    holds: steps.every(({ outcome }) => outcome === 'holds'),
    steps,
    ...texts,
    ...(difference === undefined ? {} : { difference }),
  };
}

function explainRequest(request: SignedRequest | RequestHead): Step {
  try {
    const { query, parameters } = readContent(request);
    const encoded = [...parameters]
      .filter(([, value]) => isEncodedStill(value))
      .map(([name]) => `\`${name}\``);
    const path = request.target.split('?')[0]!;
    const advice = [
      ...(encoded.length === 0
        ? []
        : [`${encoded.join(', ')}: still percent-encoded after decoding, so perhaps encoded twice.`]),
      ...(/%25[\da-f]{2}/i.test(path) ? ['The path has a `%25`: perhaps it was encoded twice.'] : []),
    ];
    const inForm = parameters.size - query.size;
    const counted = `${query.size} parameter${query.size === 1 ? '' : 's'} in the query`;
    const seen = `${request.method} ${path}, ${counted}${inForm === 0 ? '' : `, ${inForm} in the form`}.`;
    return { outcome: 'holds', seen, advice };
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    return fails(error.message);
  }
}

function isEncodedStill(value: string): boolean {
  if (!/%[\da-f]{2}/i.test(value)) return false;
  try {
    return percentDecode(value) !== value;
  } catch {
    return false;
  }
}

function tryParse(request: SignedRequest | RequestHead): ParsedSignature | SignatureError {
  try {
    return parseSignature(request, { acceptsRoaWithoutNonce: true });
  } catch (error) {
    if (error instanceof SignatureError) return error;
    throw error;
  }
}

function checkOf({ code }: SignatureError): ExplainedCheck {
  switch (code) {
    case 'InvalidTimeStamp.Format':
    case 'MissingTimestamp':
      return 'time';
    case 'MissingAccessKeyId':
      return 'key';
    default:
      return 'scheme';
  }
}

/** Returns advice on a request without a nonce, which only guards accept. */
function nonceAdvice(parsed: KeySignature): string[] {
  if (parsed.scheme !== 'ROA-HMAC-SHA1' || parsed.hasOwnNonce) return [];
  return [
    'It has no `x-acs-signature-nonce`: guards accept it for 5 minutes, and one of equal requests in a second.',
  ];
}

function isSigned(parsed: ParsedSignature): parsed is KeySignature {
  return parsed.scheme !== 'anonymous' && parsed.scheme !== 'bearer';
}

function unsignedText({ scheme, request }: ParsedSignature): string {
  if (scheme === 'bearer') return 'It has a bearer token and no signature.';
  const names = new HeaderFields(request.rawHeaders).names().filter((name) => name.startsWith('x-acs-'));
  return names.length === 0
    ? 'It is not signed: there is neither an Authorization header nor a parameter `Signature`.'
    : `It has ${names.join(', ')} and no Authorization header: perhaps a proxy removed it.`;
}

function explainKey(parsed: KeySignature, credentials: SigningCredentials | undefined): Step {
  const named = `It names the key ${parsed.accessKeyId}.`;
  if (credentials === undefined)
    return holds(named, 'Without its secret the signature cannot be verified here.');
  if (credentials.accessKeyId !== parsed.accessKeyId) {
    return fails(named, `The available secret belongs to ${credentials.accessKeyId}.`);
  }
  const { securityToken } = credentials;
  if (securityToken !== undefined && parsed.securityToken === undefined) {
    return fails(named, 'The key is a temporary one, and the request has no security token.');
  }
  if (securityToken !== undefined && parsed.securityToken !== securityToken) {
    return fails(named, 'The security token of the request differs from the available one.');
  }
  return holds(named);
}

function explainTime(parsed: KeySignature, options: ExplainOptions, serverTime: number | undefined): Step {
  const now = serverTime ?? options.now;
  const clock = serverTime === undefined ? 'it is judged at' : "the server's clock was at";
  const window = timestampWindow(parsed, options.windowMs ?? DEFAULT_WINDOW_MS);
  const seen = `It was signed at ${formatIsoTimestamp(parsed.timestamp)}; ${clock} ${formatIsoTimestamp(now)}.`;
  try {
    assertWithinWindow(parsed.timestamp, now, window);
    return holds(seen);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const seconds = Math.round((now - parsed.timestamp) / 1000);
    const minutes = Math.round(window.behindMs / 60_000);
    const side = seconds > 0 ? 'behind' : 'ahead';
    const cause =
      serverTime === undefined
        ? 'A request is valid for this time only: if it was refused when it was new, give the time of the refusal.'
        : `The client's clock is wrong by that much, or the request was delayed for that long.`;
    return fails(seen, `${Math.abs(seconds)} s ${side}, where ${minutes} minutes are allowed.`, cause);
  }
}

interface SignedTexts {
  readonly canonicalRequest?: string;
  readonly stringToSign: string;
}

/** Returns the signed texts computed from the request, one character per byte. */
function signedBytes(parsed: KeySignature): SignedTexts {
  const { method, target } = parsed.request;
  switch (parsed.scheme) {
    case 'RPC-HMAC-SHA1':
      return { stringToSign: rpcStringToSign(method, target, parsed.parameters) };
    case 'ROA-HMAC-SHA1':
      return { stringToSign: roaStringToSign(method, target, parsed.query, parsed.canonicalHeaders) };
    default: {
      const canonicalRequest = acsCanonicalRequest(parsed);
      return { canonicalRequest, stringToSign: acsStringToSign(parsed.scheme, canonicalRequest) };
    }
  }
}

function signedTexts(parsed: KeySignature): SignedTexts | SignatureError {
  try {
    const { canonicalRequest, stringToSign } = signedBytes(parsed);
    return {
      ...(canonicalRequest === undefined ? {} : { canonicalRequest: readableText(canonicalRequest) }),
      stringToSign: readableText(stringToSign),
    };
  } catch (error) {
    if (error instanceof SignatureError) return error;
    throw error;
  }
}

function explainSigning(
  parsed: KeySignature,
  texts: SignedTexts,
  { credentials, sentTo }: ExplainOptions,
  serverText: string | undefined,
): Step & { readonly difference?: FirstDifference } {
  const verified = credentials === undefined ? undefined : signatureHolds(parsed, credentials);
  const whole = serverText?.startsWith(`${parsed.scheme}\n`)
    ? texts.stringToSign
    : (texts.canonicalRequest ?? texts.stringToSign);
  const ours = serverText !== undefined && isCutOff(serverText) ? echoedText(whole) : whole;
  const difference = serverText === undefined ? undefined : firstDifference(parsed.scheme, ours, serverText);
  const compared =
    serverText === undefined
      ? []
      : [comparison(difference, verified), ...changesOnTheWay(texts.canonicalRequest ?? '', serverText)];
  const found = { ...(difference === undefined ? {} : { difference }) };
  if (verified === undefined) {
    return {
      outcome: 'unknown',
      seen: 'There is no secret to verify the signature with.',
      advice: compared,
      ...found,
    };
  }
  if (verified === true) {
    const seen = 'The signature is the one computed from request and secret.';
    return { outcome: 'holds', seen, advice: compared, ...found };
  }
  if (verified instanceof SignatureError) return { ...fails(verified.message, ...compared), ...found };
  const mistakes = findMistakes(parsed, credentials!, sentTo);
  const advice =
    mistakes.length > 0
      ? [`The signature fits a client that ${mistakes.join(' and ')}.`]
      : [
          'No known mistake explains it: the client signed with another secret, or ' +
            'the request was changed after it was signed, for example by a proxy that replaces `host`.',
        ];
  const seen = 'The signature is not the one computed from request and secret.';
  return { ...fails(seen, ...compared, ...advice), ...found };
}

/**
 * Whether the signature alone is valid: time and body are separate steps. A key pair has no secret to try.
 */
function signatureHolds(parsed: KeySignature, credentials: SigningCredentials): boolean | SignatureError {
  try {
    const key = SigningKey.fromSecret(credentials.accessKeySecret);
    verifySignature(parsed.request, parsed, key, { now: parsed.timestamp });
    return true;
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    switch (error.code) {
      case 'ContentSHA256NotMatched':
      case 'ContentMD5NotMatched':
        return true;
      case 'SignatureDoesNotMatch':
        return false;
      default:
        return error;
    }
  }
}

function comparison(
  difference: FirstDifference | undefined,
  verified: boolean | SignatureError | undefined,
): string {
  if (difference === undefined) {
    return verified === true
      ? 'The server signed the same text: it has another secret for this key.'
      : 'The server signed the text computed from this request: it arrived unchanged.';
  }
  const { offset, line, column, part } = difference;
  const place = `${part} (byte ${offset + 1}; line ${line}, column ${column})`;
  return `The server signed another text, first in ${place}: the request was changed in transit, or is not the one that was refused.`;
}

function findMistakes(
  parsed: KeySignature,
  { accessKeySecret }: SigningCredentials,
  sentTo: string | undefined,
): readonly string[] {
  switch (parsed.scheme) {
    case 'RPC-HMAC-SHA1':
      return findRpcMistakes(parsed, accessKeySecret);
    case 'ROA-HMAC-SHA1':
      return findRoaMistakes(parsed, signedBytes(parsed).stringToSign, accessKeySecret);
    default:
      return findAcsMistakes(parsed, acsCanonicalRequest(parsed), accessKeySecret, sentTo);
  }
}

function holds(seen: string, ...advice: string[]): Step {
  return { outcome: 'holds', seen, advice };
}

function fails(seen: string, ...advice: string[]): Step {
  return { outcome: 'fails', seen, advice };
}
