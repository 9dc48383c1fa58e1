import type { Principal, RolePrincipal } from '@claviger/guard';
import type { Demand, Identity } from '@claviger/guard/internal';
import type { Account } from '../context/account.ts';
import type { Services } from '../context/services.ts';
import type { ConsoleSession } from '../session/console-session.ts';
import type { ConsoleSite } from '../session/console-site.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { Change, Queries } from '../store/store.ts';
import type { InputOf, ParameterMap } from '../wire/parameter.ts';
import type { SecurityEffect } from './security-effect.ts';

/** The products that are spoken, by the names RAM gives them in events and endpoints. */
export type Product = 'Ims' | 'Ram' | 'Sts' | 'Actiontrail' | 'Claviger';

/** What a rule of the domain may see and do: one account, at one moment, in one transaction. */
export interface Scope {
  /** Milliseconds since the epoch; the same throughout the request. */
  readonly now: number;
  /** Everything a rule touches belongs to it. */
  readonly account: Account;
  /** Of a write: its transaction. Of a read: committed data. */
  readonly queries: Queries;
  readonly services: Services;
  /** Notes what cached knowledge the transaction makes wrong; writes only. */
  changed(topic: Change['topic'], subject: string): void;
  /** Names what was touched, for the audit event: `ACS::RAM::User`, its name. */
  touched(resourceType: string, name: string): void;
  /**
   * Adds a warning to the answer, in the header `x-claviger-warning`; also when the request is refused later.
   * @param text one sentence in English, without values that may be secret (`Warnings.add`)
   */
  warn(text: string): void;
  /**
   * What a write needs and takes long to compute: it is computed while no transaction is open, and the write then runs
   * again from its beginning (`ComputedBeforehand`).
   * @param name tells it from all else that the request computes
   * @param compute has no effect, and uses nothing of the scope
   */
  computed<T>(name: string, compute: () => Promise<T>): T;
}

/** The scope of one request, and who sent it. */
export interface Call extends Scope {
  /** Upper-case UUID; also the id of the audit event. */
  readonly requestId: string;
  readonly principal: Principal;
  readonly identity: CallerIdentity;
}

/** An answer's fields, as they are named on the wire; `Secret`s are revealed to the caller alone. */
export type Answer = Readonly<Record<string, unknown>>;

interface AuthorizedOperation<P extends ParameterMap> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /**
   * Of an operation that only a session of the console can call. `page-load`: also without the session's CSRF token,
   * which a page that was just opened has yet to be told; it must read and do nothing else.
   */
  readonly sessionOnly?: true | 'page-load';
  /**
   * Who calls it: `guards` alone, which call nothing else, or everybody else. What policies say comes afterwards: no
   * policy makes a guard of a user.
   */
  readonly callers?: 'guards';
  readonly input: P;
  /**
   * The actions and resources the caller needs, all of them; none at all for what everybody may.
   * Runs before anything is revealed, so it must not refuse for what exists or does not.
   */
  authorize(input: InputOf<P>, call: Call): readonly Demand[] | Promise<readonly Demand[]>;
  /** Does it, and answers the response without `RequestId`. */
  handle(input: InputOf<P>, call: Call): Promise<Answer>;
}

/** Operation that changes nothing. */
export interface ReadOperation<P extends ParameterMap = ParameterMap> extends AuthorizedOperation<P> {
  readonly access: 'read';
}

/** Operation that runs in a transaction together with its audit record. */
export interface WriteOperation<P extends ParameterMap = ParameterMap> extends AuthorizedOperation<P> {
  readonly access: 'write';
  /** Decides whether the caller has to prove again who it is; required, so that no new operation escapes the rule. */
  readonly security: SecurityEffect<P>;
}

/** An operation of the API: data and a handler. */
export type Operation<P extends ParameterMap = ParameterMap> = ReadOperation<P> | WriteOperation<P>;

/** An answer that has no end of its own, sent as it comes about. */
export interface OpenedStream {
  readonly contentType: string;
  /**
   * What is sent; the next piece is asked for only when the last one has gone out.
   * @param ended aborted when the client is gone or the server stops
   */
  chunks(ended: AbortSignal): AsyncIterable<Uint8Array>;
  /** Lets go of what it holds: called when its chunks have ended, however, or are not sent after all. */
  close(): void;
}

/** The call of a stream, which outlasts the moment at which it was allowed. Streams are for programs, which sign. */
export interface StreamCall extends Call {
  readonly identity: Identity;
  /** Whether the caller may still do what it has asked for: its key holds, and its policies allow it. */
  stillAllowed(): Promise<boolean>;
}

/** An operation whose answer is a stream. It is written down when it begins, like a read. */
export interface StreamOperation<P extends ParameterMap = ParameterMap> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  readonly access: 'stream';
  /** As of every operation. */
  readonly callers?: 'guards';
  /** What the audit calls its end; unless given, only its beginning is written down. */
  readonly endEvent?: string;
  readonly input: P;
  /** As of every operation. */
  authorize(input: InputOf<P>, call: Call): readonly Demand[] | Promise<readonly Demand[]>;
  /** Prepares the stream. What it refuses is answered like any refusal; once it is open, it can only end. */
  open(input: InputOf<P>, call: StreamCall): Promise<OpenedStream>;
}

/** A request that nobody has to sign: all that an anonymous operation has to go by at first. */
export interface AnonymousRequest {
  /** Upper-case UUID; also the id of the audit event. */
  readonly requestId: string;
  /** Milliseconds since the epoch; the same throughout the request. */
  readonly now: number;
  readonly sourceAddress: string;
  /** The named network that the address is in. */
  readonly vpcId?: string | undefined;
  /** Whether the connection is TLS. */
  readonly secure: boolean;
  readonly services: Services;
}

/** The scope of a visitor that has proven what it had to. */
export type ProvenAnonymousRequest = AnonymousRequest & Scope;

/** What a visitor has proven by what it brought, and so on whose account the operation works. */
export interface Proof {
  readonly account: Account;
}

/** What became of a request: the answer, and as whom the visitor goes on. */
export interface AnonymousOutcome {
  readonly answer: Answer;
  /** Of the audit record. */
  readonly actor: RolePrincipal;
}

/**
 * An operation that needs no signature, because what it is given proves who sends it. It is a type of its own,
 * without `authorize` and without a `Call`: none of it can be handed to the dependencies that others take, and no other
 * operation can be reached unsigned.
 */
export interface AnonymousOperation<P extends ParameterMap = ParameterMap, T extends Proof = Proof> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /** A write, together with its audit record. */
  readonly access: 'anonymous';
  readonly input: P;
  /**
   * Checks what the visitor brought. Runs outside of any transaction, so it may use the network.
   * @throws Refusal when it proves nothing
   */
  prove(input: InputOf<P>, request: AnonymousRequest): Promise<T>;
  /** Does it, in a transaction, in which what the proof rests on has to be looked up again. */
  handle(input: InputOf<P>, proof: T, request: ProvenAnonymousRequest): Promise<AnonymousOutcome>;
}

/** A request by which a browser signs in, goes on signing in, or confirms that it is still the same person. */
export interface ConsoleRequest extends AnonymousRequest {
  readonly site: ConsoleSite;
  readonly userAgent: string;
  /** The session that the operation asks for; undefined when it asks for none. */
  readonly session: ConsoleSession | undefined;
  /** What the browser shows of a session, whatever became of that. */
  readonly sessionToken: string | undefined;
  /** What the browser shows of an earlier second factor. */
  readonly mfaTicket: string | undefined;
  /** What binds SAML requests to the browser; undefined when it shows none. */
  readonly samlToken: string | undefined;
  /** Names, for the audit, as whom somebody tries to sign in: somebody that there is. */
  attempted(account: Account, owner: { readonly type: 'root' | 'user'; readonly name: string }): void;
}

/** What became of it. */
export interface ConsoleOutcome {
  readonly answer: Answer;
  /** Who is signed in now; undefined while nobody is. */
  readonly actor: Principal | undefined;
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[];
  /** What the audit calls it, when it is not merely a call. */
  readonly event?:
    | { readonly type: 'ConsoleSignin'; readonly mfaChecked: boolean }
    | { readonly type: 'ConsoleSignout' };
}

/**
 * An operation of the console's own door: what makes, strengthens and ends a session. Like an anonymous one it is
 * proven by what it is given, and can do nothing but with sessions.
 */
export interface ConsoleOperation<P extends ParameterMap = ParameterMap, T extends Proof = Proof> {
  readonly product: 'Claviger';
  readonly version: string;
  readonly name: string;
  /** A write, together with its audit record. */
  readonly access: 'console';
  /** What it needs: no session, one whose sign-in is under way, or a whole one. */
  readonly session: 'none' | 'pending' | 'full';
  readonly input: P;
  /**
   * Checks what the visitor brought, outside of any transaction: passwords are slow to verify, and guesses are counted
   * whatever becomes of the rest.
   * @throws Refusal when it proves nothing
   */
  prove(input: InputOf<P>, request: ConsoleRequest): Promise<T>;
  /** Does it, in a transaction; `request.session` is as it stands there. */
  handle(input: InputOf<P>, proof: T, request: ConsoleRequest & Scope): Promise<ConsoleOutcome>;
}

/** Everything that a registry holds; `access` tells them apart. */
export type AnyOperation = Operation | StreamOperation | AnonymousOperation | ConsoleOperation;

/** What an operation does to the data, in one of the two words that audit events have for it. */
export const effectOf: Readonly<Record<AnyOperation['access'], 'read' | 'write'>> = {
  read: 'read',
  stream: 'read',
  write: 'write',
  anonymous: 'write',
  console: 'write',
};

/** Declares an operation of the console's door; keeps the types of its input and proof together. */
export function consoleOperation<P extends ParameterMap, T extends Proof>(
  declaration: ConsoleOperation<P, T>,
): ConsoleOperation<P, T> {
  return declaration;
}

/** Declares an anonymous operation; keeps the types of its input and proof together. */
export function anonymousOperation<P extends ParameterMap, T extends Proof>(
  declaration: AnonymousOperation<P, T>,
): AnonymousOperation<P, T> {
  return declaration;
}

/** Declares an operation that answers a stream; keeps the types of its input together. */
export function streamOperation<P extends ParameterMap>(declaration: StreamOperation<P>): StreamOperation<P> {
  return declaration;
}

/** Declares an operation; keeps the types of its input together. */
export function operation<P extends ParameterMap>(declaration: Operation<P>): Operation<P> {
  return declaration;
}
