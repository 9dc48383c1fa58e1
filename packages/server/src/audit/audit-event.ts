import type { Principal } from '@claviger/guard';
import type { AuditRecord } from '../store/schema.ts';
import type { Answer } from '../wire/answer.ts';
import { instant } from '../wire/instant.ts';
import { Secret } from '../wire/secret.ts';
import type { RefusedIdentity } from './refusal-limit.ts';
import { contentBytes, remainderOf } from './stored-event.ts';

/** A completed API call, as recorded in the audit log. */
export interface CallRecord {
  readonly requestId: string;
  /** Arrival time, ms since the epoch. */
  readonly time: number;
  /** Such as `Ims`; empty if the request named no known operation. */
  readonly product: string;
  readonly version: string;
  readonly operation: string;
  readonly access: 'read' | 'write';
  /** Empty if the request's key belongs to no account. */
  readonly accountId: string;
  /** `undefined` if the caller was not authenticated. */
  readonly principal: Principal | undefined;
  /** Target of a sign-in attempt: an existing user or root that the sender has not authenticated as. */
  readonly attempt?:
    | { readonly accountId: string; readonly type: 'root' | 'user'; readonly userName: string }
    | undefined;
  /** Set for calls by a console session, and for signing in and out. */
  readonly console?:
    | {
        readonly type: 'ApiCall' | 'ConsoleSignin' | 'ConsoleSignout';
        /** Whether sign-in verified a second factor. */
        readonly mfaChecked: boolean | undefined;
        /** ms since the epoch */
        readonly signedInAt?: number;
      }
    | undefined;
  /** As named by the request; verified only if there is a principal. */
  readonly accessKeyId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly secure: boolean;
  /** Nonce of a verified signature; empty otherwise. */
  readonly nonce: string;
  /** Parameters of the operation, without secret ones. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly answer?: Answer | undefined;
  readonly refusal?: { readonly code: string; readonly message: string } | undefined;
  /** Resource type and name of what the call touched: `ACS::RAM::User`, `alice`. */
  readonly touched: readonly (readonly [resourceType: string, name: string])[];
}

/** Bounds of the input that an event keeps; lengths in UTF-16 units. */
interface Bounds {
  readonly parameters: number;
  readonly value: number;
  readonly total: number;
  /** Length of operation name, version, key id and error code. */
  readonly name: number;
  readonly userAgent: number;
  readonly message: number;
}

/** The longest useful value is a policy document. */
const SIGNED_BOUNDS: Bounds = {
  parameters: 256,
  value: 8192,
  total: 32_768,
  name: 128,
  userAgent: 1024,
  message: 1024,
};

/** A refused call costs its sender only the call. */
const REFUSED_BOUNDS: Bounds = { ...SIGNED_BOUNDS, parameters: 64, value: 1024, total: 2048 };

/** An unsigned call does not even need a key. */
const UNSIGNED_BOUNDS: Bounds = {
  ...SIGNED_BOUNDS,
  parameters: 16,
  value: 256,
  total: 1024,
  userAgent: 256,
};

/** Maximum size of the stored event of a refused call, in bytes. */
const MAX_REFUSED_BYTES = 4096;

/**
 * Returns the audit event of a call, in the shape of an ActionTrail event of the RAM family (`ApiCall`, version 1).
 *
 * `responseElements` are those of calls that changed something: the answer of a read is not copied into the log. A
 * `Secret` is left out together with its name. The string to sign is cut from the message of a signature mismatch:
 * it repeats the whole request. Input is cut to a bounded length, and `additionalEventData.Truncated` says so.
 *
 * @param record the call
 * @param region `acsRegion` of the event: the cloud region that this installation stands for
 */
export function auditEvent(record: CallRecord, region: string): AuditRecord {
  const isRefused = record.refusal !== undefined;
  let bounds = isRefused ? REFUSED_BOUNDS : SIGNED_BOUNDS;
  if (record.principal === undefined) bounds = UNSIGNED_BOUNDS;
  let row = boundedEvent(record, region, bounds);
  // JSON escapes and UTF-8 use up to six bytes for a character; the fixed fields have some 1.5 KiB.
  while (isRefused && contentBytes(row) > MAX_REFUSED_BYTES && bounds.name > 1) {
    bounds = halved(bounds);
    row = boundedEvent(record, region, bounds);
  }
  return row;
}

function halved(bounds: Bounds): Bounds {
  const half = Object.entries(bounds).map(([name, value]) => [name, Math.ceil(value / 2)]);
  return Object.fromEntries(half) as unknown as Bounds;
}

function boundedEvent(record: CallRecord, region: string, bounds: Bounds): AuditRecord {
  const { refusal, console } = record;
  const requestParameters = boundedParameters(record.parameters, bounds);
  const named = namesOf(record);
  const operation = cut(named.event, bounds.name);
  const accessKeyId = cut(record.accessKeyId, bounds.name);
  const errorCode = refusal === undefined ? '' : cut(refusal.code, bounds.name);
  const message = refusal === undefined ? '' : publicMessage(refusal);
  const userAgent = cut(record.userAgent, bounds.userAgent);
  const isWhole =
    requestParameters === record.parameters &&
    message.length <= bounds.message &&
    userAgent === record.userAgent;
  const eventRW = record.access === 'write' ? 'Write' : 'Read';
  const event = {
    eventId: record.requestId,
    requestId: record.requestId,
    eventVersion: 1,
    eventType: named.type,
    eventTime: instant(record.time),
    eventName: operation,
    eventRW,
    eventSource: named.source,
    serviceName: named.service,
    apiVersion: cut(record.version, bounds.name),
    acsRegion: region,
    isGlobal: true,
    sourceIpAddress: record.sourceAddress,
    userAgent,
    errorCode,
    errorMessage: cut(message, bounds.message),
    userIdentity: {
      ...identityOf(record),
      // Events of the console have no key; they say when the session began.
      accessKeyId: console === undefined ? accessKeyId : undefined,
      sessionContext: sessionContext(record),
    },
    requestParameters,
    responseElements:
      record.answer !== undefined && record.access === 'write' ? withoutSecrets(record.answer) : undefined,
    referencedResources: referencedResources(record.touched),
    additionalEventData: {
      Scheme: record.secure ? 'https' : 'http',
      isMFAChecked: console?.type === 'ConsoleSignin' ? String(console.mfaChecked) : undefined,
      Truncated: isWhole ? undefined : 'true',
    },
  };
  const columns = {
    event_id: record.requestId,
    account_id: record.accountId,
    event_time: record.time,
    event_name: storable(operation),
    service_name: named.service,
    event_rw: eventRW,
    access_key_id: storable(accessKeyId),
    user_name: storable(event.userIdentity.userName),
    source_ip: record.sourceAddress,
    error_code: storable(errorCode),
    signature_nonce: storedNonce(record.nonce),
    api_version: storable(event.apiVersion),
    user_agent: storable(userAgent),
    identity_type: event.userIdentity.type,
    principal_id: storable(event.userIdentity.principalId),
    is_secure: record.secure ? 1 : 0,
  } as const;
  return { ...columns, event: remainderOf(event, columns) };
}

/** Returns type, name and service of an event: ActionTrail records signing in under services of its own. */
function namesOf({ console, principal, attempt, operation, product }: CallRecord): {
  readonly type: string;
  readonly event: string;
  readonly service: string;
  readonly source: string;
} {
  const source = product === '' ? '' : `${product.toLowerCase()}.aliyuncs.com`;
  switch (console?.type) {
    case undefined:
    case 'ApiCall':
      return { type: 'ApiCall', event: operation, service: product, source };
    case 'ConsoleSignin':
    case 'ConsoleSignout': {
      const isRoot = principal === undefined ? attempt?.type === 'root' : principal.type === 'root';
      return {
        type: console.type,
        event: console.type,
        service: isRoot ? 'AasCustomer' : 'AasSub',
        source: 'signin.aliyun.com',
      };
    }
  }
}

/** Returns the identity of an event, authenticated or claimed. */
export function identityOf(record: CallRecord): RefusedIdentity {
  const { principal, attempt, accountId } = record;
  return {
    type: identityType(record),
    accountId,
    principalId: principalIdOf(principal),
    userName: principal === undefined ? (attempt?.userName ?? '') : userNameOf(principal),
  };
}

function identityType({ principal, attempt }: CallRecord): string {
  switch (principal?.type ?? attempt?.type) {
    case undefined:
      return 'unknown';
    case 'root':
      return 'root-account';
    case 'user':
    case 'ram-user':
      return 'ram-user';
    case 'assumed-role':
      return 'assumed-role';
    case 'guard':
      return 'claviger-guard';
  }
}

function sessionContext({ console }: CallRecord): object | undefined {
  if (console?.signedInAt === undefined) return undefined;
  return {
    attributes: {
      mfaAuthenticated: String(console.mfaChecked ?? false),
      creationDate: instant(console.signedInAt),
    },
  };
}

function userNameOf(principal: Principal | undefined): string {
  switch (principal?.type) {
    case undefined:
      return '';
    case 'root':
      return 'root';
    case 'ram-user':
      return principal.userName;
    case 'assumed-role':
      return `${principal.roleName}:${principal.sessionName}`;
    case 'guard':
      return principal.guardName;
  }
}

function principalIdOf(principal: Principal | undefined): string {
  switch (principal?.type) {
    case undefined:
      return '';
    case 'root':
      return principal.accountId;
    case 'ram-user':
      return principal.userId;
    case 'assumed-role':
      return `${principal.roleId}:${principal.sessionName}`;
    case 'guard':
      return principal.guardId;
  }
}

/** Returns the same object if it is within the bounds, as nearly all are. */
function boundedParameters(
  parameters: Readonly<Record<string, string>>,
  bounds: Bounds,
): Readonly<Record<string, string>> {
  let count = 0;
  let total = 0;
  let longest = 0;
  for (const name in parameters) {
    const { length } = parameters[name]!;
    count += 1;
    total += name.length + length;
    if (length > longest) longest = length;
  }
  if (count <= bounds.parameters && total <= bounds.total && longest <= bounds.value) return parameters;

  const kept: [string, string][] = [];
  let room = bounds.total;
  for (const [name, value] of Object.entries(parameters).slice(0, bounds.parameters)) {
    room -= name.length;
    if (room < 0) break;
    const short = cut(value, Math.min(bounds.value, room));
    room -= short.length;
    kept.push([name, short]);
  }
  return Object.fromEntries(kept);
}

function referencedResources(touched: CallRecord['touched']): Record<string, string[]> {
  const resources: Record<string, string[]> = {};
  for (const [type, name] of touched) {
    resources[type] ??= [];
    resources[type].push(name);
  }
  return resources;
}

function publicMessage({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code !== 'SignatureDoesNotMatch') return message;
  const repeated = message.indexOf(' server string to sign is:');
  return repeated < 0 ? message : message.slice(0, repeated);
}

function withoutSecrets(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Secret) return undefined;
  if (Array.isArray(value)) return value.filter((item) => !(item instanceof Secret)).map(withoutSecrets);
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutSecrets(field)]));
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length);
}

/**
 * Replaces what databases cannot store in a text: NUL, and halves of surrogate pairs, which would be read back as
 * another text. The event itself has them escaped, as JSON does.
 */
function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes('\0') ? whole.replaceAll('\0', '\ufffd') : whole;
}

/** Escapes NUL so that a nonce is found again exactly as it was. */
function storedNonce(nonce: string): string {
  if (!nonce.includes('\0') && !nonce.includes('\\')) return nonce;
  return nonce.replaceAll('\\', '\\\\').replaceAll('\0', '\\0');
}

/** Returns the signed nonce from the column `signature_nonce`. */
export function originalNonce(stored: string): string {
  if (!stored.includes('\\')) return stored;
  return stored.replace(/\\(.)/g, (_, character: string) => (character === '0' ? '\0' : character));
}
