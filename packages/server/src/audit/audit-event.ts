import type { Principal } from '@claviger/guard';
import type { AuditEventRow } from '../store/schema.ts';
import type { Answer } from '../wire/answer.ts';
import { instant } from '../wire/instant.ts';
import { Secret } from '../wire/secret.ts';
import type { RefusedIdentity } from './refusal-limit.ts';

/** One call of the API as it ended, for the audit log. */
export interface CallRecord {
  readonly requestId: string;
  /** When it arrived; milliseconds since the epoch. */
  readonly time: number;
  /** Such as `Ims`; empty when the request named no operation that is known. */
  readonly product: string;
  readonly version: string;
  readonly operation: string;
  readonly access: 'read' | 'write';
  /** Empty when the request's key belongs to no account. */
  readonly accountId: string;
  /** Undefined when nobody has proven to be anybody. */
  readonly principal: Principal | undefined;
  /** As whom somebody has tried to sign in; somebody that there is, not proven to be the sender. */
  readonly attempt?:
    | { readonly accountId: string; readonly type: 'root' | 'user'; readonly userName: string }
    | undefined;
  /** Of a call by a session of the console, and of signing in and out. */
  readonly console?:
    | {
        readonly type: 'ApiCall' | 'ConsoleSignin' | 'ConsoleSignout';
        /** Whether a second factor was shown at sign-in. */
        readonly mfaChecked: boolean | undefined;
        /** Milliseconds since the epoch. */
        readonly signedInAt?: number;
      }
    | undefined;
  /** As the request names it; proven only with a principal. */
  readonly accessKeyId: string;
  readonly sourceAddress: string;
  readonly userAgent: string;
  readonly secure: boolean;
  /** Of a verified signature; empty otherwise. */
  readonly nonce: string;
  /** Those of the operation, without secret ones. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly answer?: Answer | undefined;
  readonly refusal?: { readonly code: string; readonly message: string } | undefined;
  /** Resource type and name of what the call touched: `ACS::RAM::User`, `alice`. */
  readonly touched: readonly (readonly [resourceType: string, name: string])[];
}

/** How much of what the sender chose is kept; lengths in UTF-16 units. */
interface Bounds {
  readonly parameters: number;
  readonly value: number;
  readonly total: number;
  /** Of the names of operation, version and key, and of the error code. */
  readonly name: number;
  readonly userAgent: number;
  readonly message: number;
}

/** The longest value of worth is a policy document. */
const boundsOfSigned: Bounds = {
  parameters: 256,
  value: 8192,
  total: 32_768,
  name: 128,
  userAgent: 1024,
  message: 1024,
};

/** A refused call costs its sender nothing but the call. */
const boundsOfRefused: Bounds = { ...boundsOfSigned, parameters: 64, value: 1024, total: 2048 };

/** Unsigned calls do not even cost a key. */
const boundsOfUnsigned: Bounds = {
  ...boundsOfSigned,
  parameters: 16,
  value: 256,
  total: 1024,
  userAgent: 256,
};

/** Most bytes of the event of a refused call, as it is stored. */
const refusedBytes = 4096;

/**
 * The audit record of a call, in the shape of an ActionTrail event of the RAM family (`ApiCall`, version 1).
 *
 * `responseElements` are those of calls that changed something: what was read is not copied into the log. A
 * `Secret` is left out together with its name. Of a signature that does not match, the string to sign is left
 * out: it repeats all that was sent. What the sender chose is cut to a bounded length, and the event says so in
 * `additionalEventData.Truncated`.
 *
 * @param record the call
 * @param region the region the events name: the place of the cloud that this installation stands for
 */
export function auditEvent(record: CallRecord, region: string): AuditEventRow {
  const isRefused = record.refusal !== undefined;
  let bounds = isRefused ? boundsOfRefused : boundsOfSigned;
  if (record.principal === undefined) bounds = boundsOfUnsigned;
  let row = boundedEvent(record, region, bounds);
  // Escapes and UTF-8 make bytes of characters, up to six of one; the fixed fields have some 1.5 KiB.
  while (isRefused && Buffer.byteLength(row.event) > refusedBytes && bounds.name > 1) {
    bounds = halved(bounds);
    row = boundedEvent(record, region, bounds);
  }
  return row;
}

function halved(bounds: Bounds): Bounds {
  const half = Object.entries(bounds).map(([name, value]) => [name, Math.ceil(value / 2)]);
  return Object.fromEntries(half) as unknown as Bounds;
}

function boundedEvent(record: CallRecord, region: string, bounds: Bounds): AuditEventRow {
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
      // Events of the console have no key, and say how its session began.
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
  return {
    event_id: record.requestId,
    account_id: record.accountId,
    event_time: record.time,
    event_name: storable(operation),
    service_name: named.service,
    event_rw: eventRW,
    access_key_id: storable(accessKeyId),
    user_name: event.userIdentity.userName,
    source_ip: record.sourceAddress,
    error_code: storable(errorCode),
    signature_nonce: storedNonce(record.nonce),
    event: JSON.stringify(event),
  };
}

/** What an event is called, and whose it is: ActionTrail has signing in as an event of its own services. */
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

/** Whom an event is of, as far as that is proven or claimed. */
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

/** The same object when it is within bounds, as nearly all are. */
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

/** PostgreSQL's text has no NUL; the event itself has it escaped, as JSON does. */
function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** A nonce must be found again exactly as it was, also one with a NUL. */
function storedNonce(nonce: string): string {
  if (!nonce.includes('\0') && !nonce.includes('\\')) return nonce;
  return nonce.replaceAll('\\', '\\\\').replaceAll('\0', '\\0');
}

/** The nonce that was signed, from the column `signature_nonce`. */
export function originalNonce(stored: string): string {
  if (!stored.includes('\\')) return stored;
  return stored.replace(/\\(.)/g, (_, character: string) => (character === '0' ? '\0' : character));
}
