/** What a gateway does with a header field, by its name. */
export type HeaderKind =
  /** Nothing of ours: it goes on as it is. */
  | 'passed'
  /** What the request was signed with: for us alone. */
  | 'credential'
  /** Of this one connection (RFC 9110, 7.6.1), or of its body's framing. */
  | 'hop'
  /** What proxies say of the client: made anew by us. */
  | 'forwarded'
  /** A name that only we may write, in whatever spelling. */
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

/** All headers that we add begin with this. */
export const OUR_PREFIX = 'x-claviger-';

const MAXIMUM_KEPT_NAMES = 512;
const MAXIMUM_KEPT_LENGTH = 64;

// Clients send the same names with each request. Names come from strangers, so few and short ones are kept.
const keptKinds = new Map<string, HeaderKind>();

/**
 * What kind of header a name is, in whatever letter case.
 *
 * CGI, WSGI and their like show `x_claviger_account_id`, and some `x.claviger.account.id`, to a program as they show
 * `x-claviger-account-id`. So whatever is no letter or digit counts as a hyphen in our own names.
 *
 * @param name as it stood on the wire
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
