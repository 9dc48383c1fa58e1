/** Treatment of a header field, by its name. */
export type HeaderKind =
  /** Passed on unchanged. */
  | 'passed'
  /** Part of the signature; not passed on. */
  | 'credential'
  /** Header of this connection (RFC 9110, 7.6.1), or of its body's framing. */
  | 'hop'
  /** Information of proxies about the client; replaced by the gateway. */
  | 'forwarded'
  /** Name that only the gateway may set, in any spelling. */
  | 'ours'
  | 'authorization'
  | 'host'
  | 'connection'
  | 'content-length'
  | 'content-type'
  | 'expect'
  | 'transfer-encoding'
  | 'upgrade'
  | 'x-forwarded-for';

const KINDS: Readonly<Record<string, HeaderKind>> = {
  authorization: 'authorization',
  'x-acs-accesskey-id': 'credential',
  'x-acs-bearer-token': 'credential',
  'x-acs-content-sha256': 'credential',
  'x-acs-content-sm3': 'credential',
  'x-acs-credentials-provider': 'credential',
  'x-acs-security-token': 'credential',
  'x-acs-signature-method': 'credential',
  'x-acs-signature-nonce': 'credential',
  'x-acs-signature-type': 'credential',
  'x-acs-signature-version': 'credential',
  'x-acs-zero-trust-idtoken': 'credential',
  'keep-alive': 'hop',
  'http2-settings': 'hop',
  'proxy-authenticate': 'hop',
  'proxy-authorization': 'hop',
  'proxy-connection': 'hop',
  te: 'hop',
  trailer: 'hop',
  forwarded: 'forwarded',
  'cf-connecting-ip': 'forwarded',
  'client-ip': 'forwarded',
  'fastly-client-ip': 'forwarded',
  'true-client-ip': 'forwarded',
  'x-client-ip': 'forwarded',
  'x-cluster-client-ip': 'forwarded',
  'x-original-forwarded-for': 'forwarded',
  'x-real-ip': 'forwarded',
  connection: 'connection',
  'content-length': 'content-length',
  'content-type': 'content-type',
  expect: 'expect',
  host: 'host',
  'transfer-encoding': 'transfer-encoding',
  upgrade: 'upgrade',
  'x-forwarded-for': 'x-forwarded-for',
};

/** Prefix of all headers that the gateway adds. */
export const OUR_PREFIX = 'x-claviger-';

const MAXIMUM_KEPT_NAMES = 512;
const MAXIMUM_KEPT_LENGTH = 64;

// Clients send the same names with each request. Names are untrusted, so only a few short ones are cached.
const keptKinds = new Map<string, HeaderKind>();

/**
 * Classifies a header name, in any letter case.
 *
 * CGI, WSGI and similar interfaces do not distinguish `x_claviger_account_id`, and some
 * `x.claviger.account.id`, from `x-claviger-account-id`. So in the gateway's own names every character except
 * letters and digits counts as a hyphen.
 *
 * @param name as received
 */
export function headerKind(name: string): HeaderKind {
  const kept = keptKinds.get(name);
  if (kept !== undefined) return kept;
  const kind = classify(name.toLowerCase());
  if (name.length <= MAXIMUM_KEPT_LENGTH) {
    if (keptKinds.size === MAXIMUM_KEPT_NAMES) keptKinds.clear();
    keptKinds.set(name, kind);
  }
  return kind;
}

function classify(name: string): HeaderKind {
  if (name.replace(/[^a-z0-9]/g, '-').startsWith(OUR_PREFIX.slice(0, -1))) return 'ours';
  if (Object.hasOwn(KINDS, name)) return KINDS[name]!;
  return name.startsWith('x-forwarded-') ? 'forwarded' : 'passed';
}
