import { firstHeader } from './request-headers.ts';

/** Form of error bodies that a client reads: RAM's in JSON or XML, that of OSS, or that of Log Service. */
export type ClientDialect = 'ram-json' | 'ram-xml' | 'oss' | 'sls';

/** Head of a request, as far as it tells the dialect of its client. */
interface ClientHead {
  readonly target: string;
  readonly rawHeaders: readonly string[];
}

const OSS_QUERY = /[?&](?:OSSAccessKeyId|x-oss-signature-version|x-oss-credential)=/;
const XML_FORMAT = /[?&]Format=xml(?:&|$)/i;

/** Parameters of RPC 1.0, in which a parameter of OSS has no meaning. */
const RPC_QUERY = /[?&](?:AccessKeyId|SignatureMethod)=/;

/** Schemes that the signature parser reads; the others are refused by name. */
const OWN_SCHEME = /^(?:ACS[34]-|acs |Bearer(?: |$))/;
const SCHEME_NAME = /^[A-Za-z][\w-]{0,31}(?= )/;

/**
 * Determines how a client reads errors. OSS and Log Service have clients and signature schemes of their own: their
 * clients show nothing of an error in RAM's form.
 */
export function clientDialect({ target, rawHeaders }: ClientHead): ClientDialect {
  const authorization = firstHeader(rawHeaders, 'authorization') ?? '';
  if (/^OSS\d? |^OSS4-/.test(authorization) || OSS_QUERY.test(target)) return 'oss';
  if (/^LOG |^(?:SLS|LOG)4-/.test(authorization)) return 'sls';
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (/^x-oss-/i.test(name)) return 'oss';
    if (/^x-log-/i.test(name)) return 'sls';
  }
  if (XML_FORMAT.test(target)) return 'ram-xml';
  const accept = firstHeader(rawHeaders, 'accept') ?? '';
  // A browser accepts XML as well, and wants none.
  return /xml/i.test(accept) && !/json|html|\*\/\*/i.test(accept) ? 'ram-xml' : 'ram-json';
}

/**
 * Returns the name of a request's signature scheme if it is one that no guard verifies, such as `OSS4-HMAC-SHA256`;
 * `undefined` for the others, and for an unsigned request.
 */
export function foreignScheme(request: ClientHead): string | undefined {
  const authorization = firstHeader(request.rawHeaders, 'authorization');
  if (authorization === undefined) {
    const isOss = OSS_QUERY.test(request.target) && !RPC_QUERY.test(request.target);
    return isOss ? 'OSS presigned URL' : undefined;
  }
  return OWN_SCHEME.test(authorization) ? undefined : SCHEME_NAME.exec(authorization)?.[0];
}
