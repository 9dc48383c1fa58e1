import { readBodyType } from './body-type.ts';

/**
 * Header fields with which some services override the request's method. One that repeats the method is
 * harmless; some proxies add such. Repeated, many services read `GET, GET`.
 */
const METHODS: ReadonlySet<string> = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]);

/** Header fields with which some services override the request's target. */
const TARGETS: ReadonlySet<string> = new Set([
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-override-url',
]);

/** Fields for framing, host and type of a request: if repeated, servers disagree about which one counts. */
const SINGLE: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
]);

/** Allowed values of `Connection`: the name of a field there would make a proxy remove that field. */
const CONNECTION_OPTIONS: ReadonlySet<string> = new Set([
  'close',
  'keep-alive',
  'upgrade',
  'te',
  'http2-settings',
]);

/** Classes of header names, by the check that they need. */
const HARMLESS = 0;
const UNDERSCORED = 1;
/** And above: one for each name that must not be repeated. */
const FIRST_SINGLE = 2;
const FIRST_METHOD = FIRST_SINGLE + SINGLE.size;
const FIRST_TARGET = FIRST_METHOD + METHODS.size;
const NAMES_OF_KINDS = [...SINGLE, ...METHODS, ...TARGETS];
const kindOf = (name: string): number => FIRST_SINGLE + NAMES_OF_KINDS.indexOf(name);
const CONNECTION = kindOf('connection');
const CONTENT_ENCODING = kindOf('content-encoding');
const CONTENT_LENGTH = kindOf('content-length');
const CONTENT_TYPE = kindOf('content-type');
const TRANSFER_ENCODING = kindOf('transfer-encoding');

const MAXIMUM_KEPT_NAMES = 256;
const LONGEST_KEPT_NAME = 64;

// Clients send the same few names, in the same spelling. Names are untrusted, so only a few short ones are
// cached.
const keptKinds = new Map<string, number>();

/** Request line and headers. */
interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** Name, value, name, value …, as received. */
  readonly rawHeaders: readonly string[];
}

/**
 * Returns what makes the header fields of a request ambiguous between a guard and the service behind it: a
 * repeated field, `Content-Length` with `Transfer-Encoding`, a name with an underscore that some servers read
 * as a hyphen, a field that overrides method or path, a body that only some servers treat as a form.
 *
 * @returns undefined if unambiguous; otherwise the predicate of "the request"
 */
export function headerProblem({ method, target, rawHeaders }: RequestLine): string | undefined {
  let seen = 0;
  let isForm = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    const kind = keptKinds.get(name) ?? findKind(name);
    if (kind === HARMLESS) continue;
    if (kind === UNDERSCORED) {
      return `has the header \`${shown(name)}\`, which some servers take for \`${shown(hyphened(name))}\``;
    }
    const bit = 1 << kind;
    if ((seen & bit) !== 0) return `has the header \`${shown(name.toLowerCase())}\` more than once`;
    seen |= bit;
    const value = rawHeaders[at + 1]!;
    if (kind >= FIRST_METHOD) {
      if (value === (kind < FIRST_TARGET ? method : target)) continue;
      return `has the header \`${shown(name)}\`, which would turn it into another request`;
    }
    if (kind === CONTENT_LENGTH) {
      if (!isDecimal(value)) return 'has a `content-length` that is not a number';
    } else if (kind === CONTENT_TYPE) {
      const type = readBodyType(value);
      if (type.kind === 'unclear') return 'has a `content-type` that only some servers treat as a form';
      isForm = type.kind === 'form';
      if (isForm && !type.isUtf8) return 'has a form in a `charset` other than UTF-8';
    } else if (kind === TRANSFER_ENCODING) {
      if (value.toLowerCase() !== 'chunked') return 'has a `transfer-encoding` that is not `chunked`';
    } else if (kind === CONNECTION && value !== 'keep-alive' && value !== 'close') {
      for (const option of value.split(',')) {
        const trimmed = option.trim().toLowerCase();
        if (trimmed === '' || CONNECTION_OPTIONS.has(trimmed)) continue;
        return 'names in `connection` a header that a proxy would remove';
      }
    }
  }
  if (isForm && (seen & (1 << CONTENT_ENCODING)) !== 0) {
    return 'has a form in a `content-encoding`, which some servers decode and others do not';
  }
  const bothLengths = (1 << CONTENT_LENGTH) | (1 << TRANSFER_ENCODING);
  if ((seen & bothLengths) === bothLengths) return 'has both `content-length` and `transfer-encoding`';
  return undefined;
}

function findKind(name: string): number {
  const kind = kindOfName(name.toLowerCase());
  if (name.length <= LONGEST_KEPT_NAME) {
    if (keptKinds.size >= MAXIMUM_KEPT_NAMES) keptKinds.clear();
    keptKinds.set(name, kind);
  }
  return kind;
}

function kindOfName(name: string): number {
  if (SINGLE.has(name) || METHODS.has(name) || TARGETS.has(name)) return kindOf(name);
  if (!name.includes('_')) return HARMLESS;
  const alias = hyphened(name);
  const matters =
    SINGLE.has(alias) ||
    METHODS.has(alias) ||
    TARGETS.has(alias) ||
    alias.startsWith('x-acs-') ||
    alias.startsWith('x-forwarded-') ||
    alias.startsWith('x-claviger-');
  return matters ? UNDERSCORED : HARMLESS;
}

/** Value of a field that a route is decided by, or its problem. */
export type HeaderReading =
  | { readonly ok: true; readonly value: string | undefined }
  /** Predicate of "the request". */
  | { readonly ok: false; readonly problem: string };

const ABSENT: HeaderReading = Object.freeze({ ok: true, value: undefined });
const VISIBLE_ASCII = /^[\x20-\x7e]*$/;

/**
 * Reads a field that a route is decided by: it must occur once, in no second spelling, in ASCII.
 *
 * @param name in lower case, with hyphens
 */
export function readHeader(rawHeaders: readonly string[], name: string): HeaderReading {
  let value: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at]!;
    if (raw.length !== name.length) continue;
    const lower = raw.toLowerCase();
    if (lower !== name) {
      if (!lower.includes('_') || hyphened(lower) !== name) continue;
      return {
        ok: false,
        problem: `has the header \`${shown(raw)}\`, which some servers take for \`${name}\``,
      };
    }
    if (value !== undefined) return { ok: false, problem: `has the header \`${name}\` more than once` };
    value = rawHeaders[at + 1]!;
  }
  if (value === undefined) return ABSENT;
  const trimmed = value.trim();
  if (!VISIBLE_ASCII.test(trimmed)) {
    return { ok: false, problem: `has the header \`${name}\` with a character that is not ASCII` };
  }
  return { ok: true, value: trimmed };
}

/** Returns the first value of a header. @param name in lower case */
export function firstHeader(rawHeaders: readonly string[], name: string): string | undefined {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at]!;
    if (raw.length === name.length && raw.toLowerCase() === name) return rawHeaders[at + 1];
  }
  return undefined;
}

/** Whether the head of a request announces a body. In HTTP/1.1 no body follows otherwise. */
export function announcesBody(rawHeaders: readonly string[]): boolean {
  const length = firstHeader(rawHeaders, 'content-length') ?? '0';
  return Number(length) !== 0 || firstHeader(rawHeaders, 'transfer-encoding') !== undefined;
}

function hyphened(name: string): string {
  return name.replaceAll('_', '-').toLowerCase();
}

/** Shortens an untrusted name for a message. */
function shown(name: string): string {
  return name.slice(0, 64);
}

function isDecimal(text: string): boolean {
  if (text.length === 0 || text.length > 16) return false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
