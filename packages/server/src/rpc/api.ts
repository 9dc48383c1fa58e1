import {
  type CredentialSource,
  type Guard,
  type GuardRefusal,
  type GuardRequest,
  type Identity,
  type Principal,
  readSignature,
} from '@claviger/guard';
import type { ParsedSignature } from '@claviger/signature';
import type { Account } from '../accounts/account.ts';
import type { CallRecord } from '../audit/audit-event.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { Refusal } from '../errors/refusal.ts';
import type { Services } from '../services.ts';
import { ConsoleGate } from '../session/console-gate.ts';
import { type ConsoleSession, readConsoleSession } from '../session/console-session.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import { isSteppedUp } from '../session/step-up.ts';
import type { Queries, WriteTransaction } from '../store/store.ts';
import { StoreUnavailable } from '../store/store-unavailable.ts';
import { ComputedBeforehand, NotComputed } from './computed-beforehand.ts';
import { denial } from './denial.ts';
import { encodeAnswer, encodeError, type Format } from './encoding.ts';
import type {
  AnonymousOperation,
  Answer,
  AnyOperation,
  Call,
  ConsoleOperation,
  ConsoleOutcome,
  ConsoleVisit,
  OpenedStream,
  Operation,
  Scope,
  StreamCall,
  StreamOperation,
  Visit,
} from './operation.ts';
import type { InputOf, ParameterMap, WireParameters } from './parameter.ts';
import type { Registry } from './registry.ts';
import { headerOf, requestFormat } from './request-format.ts';

/** What goes back to the listener. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The whole, or a stream. */
  readonly body: string | OpenedStream;
}

/** What is told of each finished call, to whoever counts or watches. */
export interface FinishedCall {
  readonly operation: AnyOperation | undefined;
  /** Of the refusal; empty for a success. */
  readonly code: string;
  /** Of a success; its `Secret`s stay closed. */
  readonly answer: Answer | undefined;
  /** From the request being complete to its answer. */
  readonly seconds: number;
}

/** What the road needs. */
export interface ApiParts {
  readonly registry: Registry;
  readonly guard: Guard;
  readonly source: CredentialSource;
  readonly services: Services;
  readonly audit: AuditTrail;
  /** Where the operator says the console is; undefined when every host that reaches us will do. */
  readonly publicUrl: URL | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told of errors that are bugs of ours, with the id the client was given. */
  readonly reportBug: (requestId: string, error: unknown) => void;
  readonly finished: (call: FinishedCall) => void;
  /** Told of each verified call that a key of an account root has signed. */
  readonly rootKeyUsed: (accessKeyId: string) => void;
}

/** The parameters of the protocol itself; the rest is the operation's. */
const protocolParameters: ReadonlySet<string> = new Set([
  'AccessKeyId',
  'Action',
  'BearerToken',
  'Format',
  'RegionId',
  'SecureTransport',
  'SecurityToken',
  'Signature',
  'SignatureMethod',
  'SignatureNonce',
  'SignatureType',
  'SignatureVersion',
  'SourceIp',
  'Timestamp',
  'Version',
]);

/** What an operation does to the data, in one of the two words that audit events have for it. */
export const effectOf: Readonly<Record<AnyOperation['access'], 'read' | 'write'>> = {
  read: 'read',
  stream: 'read',
  write: 'write',
  anonymous: 'write',
  console: 'write',
};

/** What is known of a request so far; filled in along the road, and written down whatever becomes of it. */
interface Journey {
  readonly request: GuardRequest;
  readonly requestId: string;
  readonly time: number;
  /** A clock that is never set, in milliseconds. */
  readonly began: number;
  format: Format;
  action: string;
  version: string;
  operation: AnyOperation | undefined;
  signature: ParsedSignature | undefined;
  identity: CallerIdentity | undefined;
  /** Of an anonymous operation: whose account it works on, once that is proven. */
  account: Account | undefined;
  /** Of an anonymous operation: as whom the visitor goes on. */
  actor: Principal | undefined;
  accessKeyId: string;
  /** Of the console's door: as whom somebody tried to sign in. */
  attempt: CallRecord['attempt'];
  /** Of the console's door: what the audit calls it. */
  event: ConsoleOutcome['event'];
  cookies: readonly string[];
  touched: [string, string][];
  computed: ComputedBeforehand | undefined;
}

/**
 * The one road of every request to the control plane: who signed it, may they, do it, write it down.
 */
export class Api {
  readonly #parts: ApiParts;
  readonly #gate: ConsoleGate;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#gate = new ConsoleGate(parts);
  }

  /**
   * Answers a request; never throws.
   * @param request as it arrived, with its whole body
   */
  async answer(request: GuardRequest): Promise<ApiAnswer> {
    const journey: Journey = {
      request,
      requestId: this.#parts.services.identifiers.requestId(),
      time: this.#parts.now(),
      began: performance.now(),
      format: 'JSON',
      action: '',
      version: '',
      operation: undefined,
      signature: undefined,
      identity: undefined,
      account: undefined,
      actor: undefined,
      accessKeyId: '',
      attempt: undefined,
      event: undefined,
      cookies: [],
      touched: [],
      computed: undefined,
    };
    try {
      return await this.#travel(journey);
    } catch (error) {
      return await this.#failure(journey, error);
    }
  }

  async #travel(journey: Journey): Promise<ApiAnswer> {
    const { request } = journey;
    const { registry } = this.#parts;

    const signature = readSignature(request);
    if ('refused' in signature) {
      journey.format = requestFormat(request, new Map(), undefined);
      throw new SignatureRefused(signature);
    }
    journey.signature = signature;
    const { parameters, action = '', version = '' } = signature;
    journey.action = action;
    journey.version = version;
    // Before anything else can be refused: whoever asks for XML reads a refusal in XML.
    journey.format = requestFormat(request, parameters, registry.productOf(version));
    if (action === '') throw new Refusal('Missing', { name: 'Action' });
    if (version === '') throw new Refusal('Missing', { name: 'Version' });
    const operation = registry.find(version, action);
    journey.operation = operation;
    if (request.method !== 'POST' && request.method !== 'GET') {
      throw new Refusal('UnsupportedHTTPMethod', { method: request.method.slice(0, 16) });
    }

    switch (operation.access) {
      case 'anonymous':
        return this.#success(journey, await this.#receive(journey, operation, signature));
      case 'console':
        return this.#success(journey, await this.#door(journey, operation, signature));
      case 'stream':
        return this.#stream(journey, operation, signature);
      case 'read':
      case 'write':
        return this.#success(journey, await this.#serve(journey, operation, signature));
    }
  }

  /** Of an operation that a caller needs permission for, whichever way it has proven who it is. */
  async #serve(journey: Journey, operation: Operation, signature: ParsedSignature): Promise<Answer> {
    const { audit } = this.#parts;
    const identity = await this.#identify(journey, operation, signature);
    journey.identity = identity;
    if (operation.sessionOnly !== undefined && identity.by !== 'session') {
      throw new Refusal('SessionOnly', { action: operation.name });
    }

    const input = readInput(operation.input, signature.parameters);
    if (operation.access === 'write') {
      return this.#change(journey, async (transaction) => {
        const caller = await this.#stillValid(journey, identity, signature, transaction.queries);
        return this.#perform(operation, input, await this.#call(journey, caller, transaction));
      });
    }
    const call = await this.#call(journey, identity, undefined);
    const answer = await this.#perform(operation, input, call);
    const written = audit.append(this.#record(journey, answer, undefined));
    if (written !== undefined) await written;
    return answer;
  }

  /** Of an operation that answers a stream: written down before its first byte is sent. */
  async #stream(
    journey: Journey,
    operation: StreamOperation,
    signature: ParsedSignature,
  ): Promise<ApiAnswer> {
    const identity = await this.#identify(journey, operation, signature);
    journey.identity = identity;
    if (identity.by !== 'signature') throw new Refusal('SignatureOnly', { action: operation.name });
    const input = readInput(operation.input, signature.parameters);
    const call = { ...(await this.#call(journey, identity, undefined)), identity };
    await this.#authorize(operation, input, call);
    const streamCall: StreamCall = {
      ...call,
      stillAllowed: () => this.#stillAllowed(operation, input, streamCall),
    };
    const opened = await operation.open(input, streamCall);
    try {
      await this.#parts.audit.append(this.#record(journey, {}, undefined));
    } catch (unwritten) {
      opened.close();
      throw unwritten;
    }
    this.#finish(journey, '', {});
    // Said to proxies that would collect an answer before they pass it on.
    const headers = { ...this.#headers(journey, opened.contentType), 'x-accel-buffering': 'no' };
    return { status: 200, headers, body: opened };
  }

  /** Whether a caller that was admitted a while ago would be admitted now. */
  async #stillAllowed(
    operation: StreamOperation,
    input: InputOf<ParameterMap>,
    call: StreamCall,
  ): Promise<boolean> {
    const { guard } = this.#parts;
    const identity = await guard.renew(call.identity);
    if (identity === undefined) return false;
    const renewed = { ...call, identity, principal: identity.principal, now: identity.now };
    return guard.authorize(identity, await operation.authorize(input, renewed)).allowed;
  }

  /** Who calls: whom the signature proves, or whose session it is; never both. */
  async #identify(
    journey: Journey,
    operation: Operation | StreamOperation,
    signature: ParsedSignature,
  ): Promise<CallerIdentity> {
    const { request } = journey;
    const { guard, services } = this.#parts;
    const sessionOnly = operation.access === 'stream' ? undefined : operation.sessionOnly;
    // Programs have no cookies, and need not wait until an address is made out of their headers.
    if (headerOf(request, 'cookie') !== undefined) {
      const shown = this.#gate.shown(request);
      if (shown.sessionToken !== undefined) {
        if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
        const csrf = sessionOnly === 'page-load' ? 'unknown' : 'needed';
        return this.#gate.admit(request, shown, csrf, journey.time);
      }
    }
    const found = guard.authenticate(request, signature);
    const identity = found instanceof Promise ? await found : found;
    if (identity.refused) {
      if (sessionOnly !== undefined && signature.scheme === 'anonymous') {
        throw new Refusal('NotSignedIn');
      }
      throw new SignatureRefused(identity);
    }
    journey.accessKeyId = identity.accessKeyId;
    if (identity.principal.type === 'root') this.#parts.rootKeyUsed(identity.accessKeyId);
    services.lastUsed.note(
      identity.accessKeyId,
      operation.product,
      signature.parameters.get('RegionId') ?? '',
      identity.sourceAddress,
      journey.time,
    );
    return identity;
  }

  /** Of an operation by which a session begins, is confirmed or ends. */
  async #door(journey: Journey, operation: ConsoleOperation, signature: ParsedSignature): Promise<Answer> {
    const { request } = journey;
    const { guard, services } = this.#parts;
    if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
    const shown = this.#gate.shown(request);
    let session: ConsoleSession | undefined;
    if (operation.session !== 'none') {
      session = await this.#gate.present(request, shown, operation.session, 'needed', journey.time);
      journey.account = session.account;
    } else {
      this.#gate.refuseForeign(request, shown, operation.crossSite ? 'anywhere' : 'here');
    }
    const input = readInput(operation.input, signature.parameters);
    const visit: ConsoleVisit = {
      requestId: journey.requestId,
      now: journey.time,
      sourceAddress: guard.sourceAddress(request),
      secure: guard.isSecure(request),
      services,
      ...shown,
      userAgent: headerOf(request, 'user-agent') ?? '',
      session,
      attempted: ({ accountId }, { type, name }) => {
        journey.attempt = { accountId, type, userName: name };
      },
    };
    const proof = await operation.prove(input, visit);
    journey.account = proof.account;
    return this.#change(journey, async (transaction) => {
      const scope = this.#scope(journey, proof.account, transaction);
      const { sessionToken: token = '' } = shown;
      const present = session && (await readConsoleSession(transaction.queries, token, journey.time));
      if (present?.row.stage !== session?.row.stage) throw new Refusal('NotSignedIn');
      const outcome = await operation.handle(input, proof, { ...visit, ...scope, session: present });
      journey.actor = outcome.actor;
      journey.event = outcome.event;
      journey.cookies = outcome.cookies ?? [];
      return outcome.answer;
    });
  }

  /** Of an operation that needs no signature. */
  async #receive(
    journey: Journey,
    operation: AnonymousOperation,
    signature: ParsedSignature,
  ): Promise<Answer> {
    const { request } = journey;
    const { guard, services } = this.#parts;
    // Older clients sign whatever they send. It adds nothing here, but what is signed has to hold.
    if (signature.scheme !== 'anonymous') {
      const signer = await guard.authenticate(request, signature);
      if (signer.refused) throw new SignatureRefused(signer);
    }
    const input = readInput(operation.input, signature.parameters);
    const visit: Visit = {
      requestId: journey.requestId,
      now: journey.time,
      sourceAddress: guard.sourceAddress(request),
      secure: guard.isSecure(request),
      services,
    };
    const proof = await operation.prove(input, visit);
    journey.account = proof.account;
    return this.#change(journey, async (transaction) => {
      const scope = this.#scope(journey, proof.account, transaction);
      const { answer, actor } = await operation.handle(input, proof, { ...visit, ...scope });
      journey.actor = actor;
      return answer;
    });
  }

  /**
   * Changes something and writes it down, both or neither; of what is refused stays what the refusal remembers.
   * @param work may run again, from its beginning
   */
  async #change(journey: Journey, work: (transaction: WriteTransaction) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      try {
        return await this.#changeAtOnce(journey, work);
      } catch (error) {
        if (!(error instanceof NotComputed)) throw error;
        await error.compute();
      }
    }
  }

  async #changeAtOnce(
    journey: Journey,
    work: (transaction: WriteTransaction) => Promise<Answer>,
  ): Promise<Answer> {
    const { store } = this.#parts.services;
    try {
      return await store.write(async (transaction) => {
        journey.touched = [];
        const answer = await work(transaction);
        await this.#parts.audit.commitWith(transaction.queries, this.#record(journey, answer, undefined));
        return answer;
      });
    } catch (refused) {
      const remember = refused instanceof Refusal ? refused.remember : undefined;
      if (remember !== undefined) await store.write(({ queries }) => remember(queries));
      throw refused;
    }
  }

  /** A write waits for its turn; what was revoked meanwhile must not pass. */
  async #stillValid(
    journey: Journey,
    identity: CallerIdentity,
    signature: ParsedSignature,
    queries: Queries,
  ): Promise<CallerIdentity> {
    switch (identity.by) {
      case 'signature':
        return this.#stillSigned(identity, signature);
      case 'session':
        return this.#gate.admitAgain(journey.request, identity, queries);
    }
  }

  async #stillSigned(identity: Identity, signature: ParsedSignature): Promise<Identity> {
    if (signature.scheme === 'anonymous' || signature.scheme === 'bearer') return identity;
    const found = await this.#parts.source.find(signature.accessKeyId, signature.securityToken);
    if (found === identity.credential) return identity;
    if (typeof found === 'string') throw new Refusal('InvalidAccessKeyId.NotFound');
    if (found.status !== 'Active') throw new Refusal('InvalidAccessKeyId.Inactive');
    return { ...identity, credential: found, principal: found.principal };
  }

  async #call(
    journey: Journey,
    identity: CallerIdentity,
    transaction: WriteTransaction | undefined,
  ): Promise<Call> {
    const { services } = this.#parts;
    const { accountId } = identity.principal;
    const known = services.accounts.get(accountId);
    const account = known instanceof Promise ? await known : known;
    if (account === undefined) throw new Refusal('InvalidAccessKeyId.NotFound');
    return {
      ...this.#scope(journey, account, transaction),
      requestId: journey.requestId,
      principal: identity.principal,
      identity,
    };
  }

  #scope(journey: Journey, account: Account, transaction: WriteTransaction | undefined): Scope {
    const { services } = this.#parts;
    const { accountId } = account;
    return {
      now: journey.time,
      account,
      queries: transaction?.queries ?? services.store.queries,
      services,
      changed: (topic, subject) => {
        if (transaction === undefined) throw new Error('a read operation changed something');
        transaction.changed({ accountId, topic, subject });
      },
      touched: (resourceType, name) => journey.touched.push([resourceType, name]),
      computed: (name, compute) => {
        if (transaction === undefined) throw new Error('only a write has something computed beforehand');
        journey.computed ??= new ComputedBeforehand();
        return journey.computed.take(name, compute);
      },
    };
  }

  async #perform(operation: Operation, input: InputOf<ParameterMap>, call: Call): Promise<Answer> {
    await this.#authorize(operation, input, call);
    if (operation.stepUp && !this.#confirmed(call.identity, call.now)) throw new Refusal('StepUpRequired');
    return operation.handle(input, call);
  }

  /** @throws Refusal NoPermission */
  async #authorize(
    operation: Operation | StreamOperation,
    input: InputOf<ParameterMap>,
    call: Call,
  ): Promise<void> {
    const demands = await operation.authorize(input, call);
    const authorization = this.#parts.guard.authorize(call.identity, demands);
    if (!authorization.allowed) throw await denial(call, authorization.demand, authorization.decision);
  }

  /** Programs sign with what they were given for that; a browser may have been left alone. */
  #confirmed(identity: CallerIdentity, now: number): boolean {
    switch (identity.by) {
      case 'signature':
        return true;
      case 'session':
        return isSteppedUp(identity.session, now);
    }
  }

  #success(journey: Journey, answer: Answer): ApiAnswer {
    this.#finish(journey, '', answer);
    const { contentType, body } = encodeAnswer(journey.format, journey.action, journey.requestId, answer);
    return { status: 200, headers: this.#headers(journey, contentType), body };
  }

  #finish(journey: Journey, code: string, answer: Answer | undefined): void {
    const seconds = (performance.now() - journey.began) / 1000;
    this.#parts.finished({ operation: journey.operation, code, answer, seconds });
  }

  async #failure(journey: Journey, error: unknown): Promise<ApiAnswer> {
    const refusal = this.#refusalOf(journey, error);
    // What was touched was rolled back.
    journey.touched = [];
    journey.actor = undefined;
    journey.event = undefined;
    journey.cookies = [];
    try {
      await this.#parts.audit.append(
        this.#record(journey, undefined, { code: refusal.code, message: refusal.message }),
      );
    } catch (unwritten) {
      // The trail tells of an outage itself, once; the refusal stands either way.
      if (!(unwritten instanceof StoreUnavailable)) this.#parts.reportBug(journey.requestId, unwritten);
    }
    this.#finish(journey, refusal.code, undefined);
    const { contentType, body } = encodeError(journey.format, {
      requestId: journey.requestId,
      hostId: headerOf(journey.request, 'host') ?? '',
      code: refusal.code,
      message: refusal.message,
      product: journey.operation?.product ?? '',
      accessDenied: refusal instanceof Refusal ? refusal.accessDenied : undefined,
    });
    return { status: refusal.httpStatus, headers: this.#headers(journey, contentType), body };
  }

  #refusalOf(journey: Journey, error: unknown): Refusal | GuardRefusal {
    if (error instanceof Refusal) return error;
    if (error instanceof SignatureRefused) {
      journey.accessKeyId ||= error.refusal.accessKeyId ?? '';
      return error.refusal;
    }
    this.#parts.reportBug(journey.requestId, error);
    return new Refusal(error instanceof StoreUnavailable ? 'ServiceUnavailable' : 'InternalError');
  }

  #headers(journey: Journey, contentType: string): ApiAnswer['headers'] {
    const headers = {
      'content-type': contentType,
      'x-acs-request-id': journey.requestId,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    return journey.cookies.length === 0 ? headers : { ...headers, 'set-cookie': [...journey.cookies] };
  }

  #record(
    journey: Journey,
    answer: Answer | undefined,
    refusal: { readonly code: string; readonly message: string } | undefined,
  ): Parameters<AuditTrail['append']>[0] {
    const { request, operation, identity, signature } = journey;
    const { guard } = this.#parts;
    const principal = identity?.principal ?? journey.actor;
    return {
      requestId: journey.requestId,
      time: journey.time,
      product: operation?.product ?? '',
      version: journey.version,
      operation: journey.action,
      access: operation === undefined ? 'read' : effectOf[operation.access],
      accountId: principal?.accountId ?? journey.account?.accountId ?? journey.attempt?.accountId ?? '',
      principal,
      attempt: journey.attempt,
      console: consoleContext(journey, operation, refusal !== undefined),
      accessKeyId: journey.accessKeyId,
      sourceAddress: identity?.sourceAddress ?? guard.sourceAddress(request),
      userAgent: headerOf(request, 'user-agent') ?? '',
      secure: identity?.secure ?? guard.isSecure(request),
      nonce: identity?.by === 'signature' ? identity.nonce : '',
      parameters: signature === undefined ? {} : auditedParameters(signature.parameters, operation),
      answer,
      refusal,
      touched: journey.touched,
    };
  }
}

class SignatureRefused extends Error {
  readonly refusal: GuardRefusal;
  constructor(refusal: GuardRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** What the audit adds of the console: a session's call, or what happened at its door. */
function consoleContext(
  { identity, event, attempt }: Journey,
  operation: AnyOperation | undefined,
  refused: boolean,
): CallRecord['console'] {
  if (identity?.by === 'session') {
    const { mfaPresent, session } = identity;
    return { type: 'ApiCall', mfaChecked: mfaPresent, signedInAt: session.row.signed_in_at };
  }
  if (event?.type === 'ConsoleSignin') return { type: event.type, mfaChecked: event.mfaChecked };
  if (event?.type === 'ConsoleSignout') return { type: event.type, mfaChecked: undefined };
  const isSignIn = operation?.access === 'console' && operation.session !== 'full';
  return isSignIn && refused && attempt !== undefined
    ? { type: 'ConsoleSignin', mfaChecked: false }
    : undefined;
}

function readInput(declared: ParameterMap, parameters: WireParameters): InputOf<ParameterMap> {
  const input: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(declared)) input[name] = parameter.read(name, parameters);
  return input;
}

/**
 * The operation's own parameters, without those that hold secrets. Of an operation that is not known nothing
 * is kept: nobody can say which of its parameters are secret.
 */
function auditedParameters(
  parameters: WireParameters,
  operation: AnyOperation | undefined,
): Record<string, string> {
  const kept: Record<string, string> = {};
  if (operation === undefined) return kept;
  for (const [name, value] of parameters) {
    if (protocolParameters.has(name)) continue;
    const declared = operation.input[name.split('.', 1)[0] ?? name];
    if (declared !== undefined && !declared.secret) kept[name] = value;
  }
  return kept;
}
