import type { Principal, RolePrincipal } from '@claviger/guard';
import type { Demand, Identity } from '@claviger/guard/internal';
import type { AnonymousRequest, Proof, ProvenAnonymousRequest } from '../context/anonymous-request.ts';
import type { Scope } from '../context/scope.ts';
import type { ConsoleRequest } from '../session/console-request.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { Answer } from '../wire/answer.ts';
import type { OpenedStream } from '../wire/opened-stream.ts';
import type { InputOf, ParameterMap } from '../wire/parameter.ts';
import type { Product } from '../wire/product.ts';
import type { SecurityEffect } from './security-effect.ts';
import type { ServerServices } from './server-services.ts';

/** Scope of one call, with its caller. */
export interface Call extends Scope {
  /** Upper-case UUID; also the id of the audit event. */
  readonly requestId: string;
  readonly principal: Principal;
  readonly identity: CallerIdentity;
  readonly services: ServerServices;
}

interface AuthorizedOperation<P extends ParameterMap> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /**
   * Set for operations that only a console session may call. `page-load`: also without the session's CSRF token, which
   * a page does not have when it opens; such an operation only reads.
   */
  readonly sessionOnly?: true | 'page-load';
  /**
   * `guards`: only guards may call it, and guards may call nothing else. Checked before the policies, which cannot
   * make a guard of a user.
   */
  readonly callers?: 'guards';
  readonly input: P;
  /**
   * Returns the actions and resources that the caller needs, all of them; none if every caller may call the
   * operation. Runs before anything is revealed, so it must not refuse because something exists or does not.
   */
  authorize(input: InputOf<P>, call: Call): readonly Demand[] | Promise<readonly Demand[]>;
}

/** Operation that changes nothing. */
export interface ReadOperation<P extends ParameterMap = ParameterMap> extends AuthorizedOperation<P> {
  readonly access: 'read';
  /** Performs the operation; returns the answer without `RequestId`. */
  handle(input: InputOf<P>, call: Call): Promise<Answer>;
}

/** Operation that runs in a transaction together with its audit record. */
export interface WriteOperation<P extends ParameterMap = ParameterMap, T = unknown>
  extends AuthorizedOperation<P> {
  readonly access: 'write';
  /** Decides whether the caller needs a step-up; required, so that no new operation escapes the rule. */
  readonly security: SecurityEffect<P>;
  /**
   * Computes what is too slow for a transaction (password hashes, DNS look-ups), on committed data, after the caller
   * was authorised. The data may have changed when `handle` runs, which has to compare what it depends on.
   * @throws Refusal as `handle` would
   */
  prepare?(input: InputOf<P>, call: Call): Promise<T>;
  /** Performs the operation in a transaction; returns the answer without `RequestId`. */
  handle(input: InputOf<P>, call: Call, prepared: T): Promise<Answer>;
}

/** Operation for authorised callers: a declaration and its handler. */
export type Operation<P extends ParameterMap = ParameterMap> = ReadOperation<P> | WriteOperation<P>;

/** Call of a stream operation, which outlasts the decision that allowed it. Only signed requests open streams. */
export interface StreamCall extends Call {
  readonly identity: Identity;
  /** Returns whether the caller is still allowed: its credential is valid, and its permissions allow the operation. */
  stillAllowed(): Promise<boolean>;
}

/** Operation whose answer is a stream. Its beginning is audited, like a read. */
export interface StreamOperation<P extends ParameterMap = ParameterMap> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  readonly access: 'stream';
  /** As for other operations. */
  readonly callers?: 'guards';
  /** Name of the audit event of its end; absent: only its beginning is audited. */
  readonly endEvent?: string;
  readonly input: P;
  /** As for other operations. */
  authorize(input: InputOf<P>, call: Call): readonly Demand[] | Promise<readonly Demand[]>;
  /** Opens the stream. A refusal is answered like any other; once open, a stream can only end. */
  open(input: InputOf<P>, call: StreamCall): Promise<OpenedStream>;
}

/** Result of an anonymous operation. */
export interface AnonymousOutcome {
  readonly answer: Answer;
  /** Principal of the audit record. */
  readonly actor: RolePrincipal;
}

/**
 * Operation that needs no signature, because its input proves the caller. A type of its own, without `authorize` and
 * `Call`: it cannot be served as an authorised operation, and no authorised operation can be served unsigned.
 */
export interface AnonymousOperation<P extends ParameterMap = ParameterMap, T extends Proof = Proof> {
  readonly product: Product;
  readonly version: string;
  readonly name: string;
  /** A write, together with its audit record. */
  readonly access: 'anonymous';
  readonly input: P;
  /**
   * Verifies the proof in the input. Runs outside of any transaction, so it may use the network.
   * @throws Refusal if the proof is not valid
   */
  prove(input: InputOf<P>, request: AnonymousRequest & { readonly services: ServerServices }): Promise<T>;
  /** Performs the operation in a transaction, in which everything the proof depends on has to be read again. */
  handle(input: InputOf<P>, proof: T, request: ProvenAnonymousRequest): Promise<AnonymousOutcome>;
}

/** Result of a console operation. */
export interface ConsoleOutcome {
  readonly answer: Answer;
  /** The signed-in principal; `undefined` before the sign-in is complete. */
  readonly actor: Principal | undefined;
  /** Values of `Set-Cookie`. */
  readonly cookies?: readonly string[];
  /** Type of the audit event, if it is not a plain call. */
  readonly event?:
    | { readonly type: 'ConsoleSignin'; readonly mfaChecked: boolean }
    | { readonly type: 'ConsoleSignout' };
}

/**
 * Operation that begins, confirms or ends a console session. Like an anonymous one it is proven by its input, and it
 * can only affect sessions.
 */
export interface ConsoleOperation<P extends ParameterMap = ParameterMap, T extends Proof = Proof> {
  readonly product: 'Claviger';
  readonly version: string;
  readonly name: string;
  /** A write, together with its audit record. */
  readonly access: 'console';
  /** Session that it requires: none, one whose sign-in is not complete, or a full one. */
  readonly session: 'none' | 'pending' | 'full';
  readonly input: P;
  /**
   * Verifies the proof in the input, outside of any transaction: passwords are slow to verify, and guesses count
   * whatever happens afterwards.
   * @throws Refusal if the proof is not valid
   */
  prove(input: InputOf<P>, request: ConsoleRequest): Promise<T>;
  /** Performs the operation in a transaction; `request.session` is read again in it. */
  handle(input: InputOf<P>, proof: T, request: ConsoleRequest & Scope): Promise<ConsoleOutcome>;
}

/** Every operation of a registry; `access` discriminates. */
export type AnyOperation = Operation | StreamOperation | AnonymousOperation | ConsoleOperation;

/** Effect of an operation on the data, as audit events name it. */
export const EFFECT_OF_ACCESS: Readonly<Record<AnyOperation['access'], 'read' | 'write'>> = {
  read: 'read',
  stream: 'read',
  write: 'write',
  anonymous: 'write',
  console: 'write',
};

/** Declares a console operation; keeps the types of its input and proof together. */
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

/** Declares a stream operation; keeps the types of its input together. */
export function streamOperation<P extends ParameterMap>(declaration: StreamOperation<P>): StreamOperation<P> {
  return declaration;
}

/** Declares an operation; keeps the types of its input together. */
export function operation<P extends ParameterMap>(declaration: Operation<P>): Operation<P> {
  return declaration;
}

/** Declares a write operation with `prepare`; keeps the types of its input and of what it prepares together. */
export function preparedOperation<P extends ParameterMap, T>(
  declaration: WriteOperation<P, T> & Required<Pick<WriteOperation<P, T>, 'prepare'>>,
): WriteOperation<P, T> {
  return declaration;
}
