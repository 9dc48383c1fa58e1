import type { Principal, RolePrincipal } from '@claviger/guard';
import type { Demand, Identity } from '@claviger/guard/internal';
import type { AnonymousRequest, Proof, ProvenAnonymousRequest } from '../context/anonymous-request.ts';
import type { Scope } from '../context/scope.ts';
import type { ConsoleRequest } from '../session/console-request.ts';
import type { CallerIdentity } from '../session/session-identity.ts';
import type { DescribedAnswers } from '../wire/__generated__/described-answers.ts';
import type { Answer } from '../wire/answer.ts';
import type { AnswerShape, InEach, OnlyDescribed, ValueOf } from '../wire/answer-shape.ts';
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
  /** Difference from RAM's description, in full sentences; shown in the reference and the OpenAPI document. */
  readonly note?: string;
  /** Form of the answer without `RequestId`. Absent if RAM describes the operation: then `api-description/` has it. */
  readonly answer?: AnswerShape;
  /**
   * Returns the actions and resources that the caller needs, all of them; none if every caller may call the
   * operation. Runs before anything is revealed, so it must not refuse because something exists or does not.
   */
  authorize(input: InputOf<P>, call: Call): readonly Demand[] | Promise<readonly Demand[]>;
}

/** Operation that changes nothing. */
export interface ReadOperation<P extends ParameterMap = ParameterMap, A = Answer>
  extends AuthorizedOperation<P> {
  readonly access: 'read';
  /**
   * Whether a presigned request may call it, where the account allows that: its holder can pass it on, and send it
   * repeatedly for 15 minutes. Only for an operation that reveals no more than who signed.
   */
  readonly acceptsPresigned?: true;
  /** Performs the operation; returns the answer without `RequestId`. */
  handle(input: InputOf<P>, call: Call): Promise<A>;
}

/** Operation that runs in a transaction together with its audit record. */
export interface WriteOperation<P extends ParameterMap = ParameterMap, T = unknown, A = Answer>
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
  handle(input: InputOf<P>, call: Call, prepared: T): Promise<A>;
}

/** Operation for authorised callers: a declaration and its handler. */
export type Operation<P extends ParameterMap = ParameterMap, A = Answer> =
  | ReadOperation<P, A>
  | WriteOperation<P, unknown, A>;

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
export interface AnonymousOutcome<A = Answer> {
  readonly answer: A;
  /** Principal of the audit record. */
  readonly actor: RolePrincipal;
}

/**
 * Operation that needs no signature, because its input proves the caller. A type of its own, without `authorize` and
 * `Call`: it cannot be served as an authorised operation, and no authorised operation can be served unsigned.
 */
export interface AnonymousOperation<
  P extends ParameterMap = ParameterMap,
  T extends Proof = Proof,
  A = Answer,
> {
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
  handle(input: InputOf<P>, proof: T, request: ProvenAnonymousRequest): Promise<AnonymousOutcome<A>>;
}

/** Result of a console operation. */
export interface ConsoleOutcome<A = Answer> {
  readonly answer: A;
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
export interface ConsoleOperation<
  P extends ParameterMap = ParameterMap,
  T extends Proof = Proof,
  A = Answer,
> {
  readonly product: 'Claviger';
  readonly version: string;
  readonly name: string;
  /** A write, together with its audit record. */
  readonly access: 'console';
  /** Session that it requires: none, one whose sign-in is not complete, or a full one. */
  readonly session: 'none' | 'pending' | 'full';
  readonly input: P;
  /** Form of the answer without `RequestId`. */
  readonly answer: AnswerShape;
  /**
   * Verifies the proof in the input, outside of any transaction: passwords are slow to verify, and guesses count
   * whatever happens afterwards.
   * @throws Refusal if the proof is not valid
   */
  prove(input: InputOf<P>, request: ConsoleRequest): Promise<T>;
  /** Performs the operation in a transaction; `request.session` is read again in it. */
  handle(input: InputOf<P>, proof: T, request: ConsoleRequest & Scope): Promise<ConsoleOutcome<A>>;
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

/** Products whose operations RAM describes. */
export type DescribedProduct = keyof DescribedAnswers & Product;

/** Names of the described operations of a product. */
export type DescribedName<R extends DescribedProduct> = keyof DescribedAnswers[R] & string;

/** Answer of a described operation. */
export type DescribedAnswer<R extends DescribedProduct, N extends DescribedName<R>> = DescribedAnswers[R][N];

/** The same; of an operation that is declared once for IMS and RAM, what the answers of both have. */
type ExpectedAnswer<R extends DescribedProduct, N extends DescribedName<R>> = ['Ims' | 'Ram'] extends [R]
  ? InEach<DescribedAnswer<R, N>>
  : DescribedAnswer<R, N>;

/** The `prepare` of a write operation, required. */
type Preparing<P extends ParameterMap, T> = Required<Pick<WriteOperation<P, T>, 'prepare'>>;

/**
 * Declares an operation that RAM describes. Its handler's answer is checked against the description: a field that is
 * absent, misspelled, not described or of another type does not compile.
 */
export function operation<
  P extends ParameterMap,
  R extends DescribedProduct,
  N extends DescribedName<R>,
  A extends ExpectedAnswer<R, N>,
>(
  declaration: Operation<P, A> & { readonly product: R; readonly name: N },
): OnlyDescribed<Operation<P>, A, ExpectedAnswer<R, N>> {
  return declaration as never;
}

/** Declares a write operation with `prepare` that RAM describes; its answer is checked like that of `operation`. */
export function preparedOperation<
  P extends ParameterMap,
  T,
  R extends DescribedProduct,
  N extends DescribedName<R>,
  A extends ExpectedAnswer<R, N>,
>(
  declaration: WriteOperation<P, T, A> & Preparing<P, T> & { readonly product: R; readonly name: N },
): OnlyDescribed<Operation<P>, A, ExpectedAnswer<R, N>> {
  return declaration as never;
}

/**
 * Declares an operation of Claviger's own API, or of an older version of ActionTrail's that the description lacks. Its
 * handler's answer is checked against `answer`.
 */
export function ownOperation<P extends ParameterMap, const S extends AnswerShape, const A extends ValueOf<S>>(
  declaration: Operation<P, A> & { readonly product: 'Claviger' | 'Actiontrail'; readonly answer: S },
): OnlyDescribed<Operation<P>, A, ValueOf<S>> {
  return declaration as never;
}

/** Declares a write operation with `prepare` of Claviger's own API; its answer is checked against `answer`. */
export function ownPreparedOperation<
  P extends ParameterMap,
  T,
  const S extends AnswerShape,
  const A extends ValueOf<S>,
>(
  declaration: WriteOperation<P, T, A> &
    Preparing<P, T> & { readonly product: 'Claviger'; readonly answer: S },
): OnlyDescribed<Operation<P>, A, ValueOf<S>> {
  return declaration as never;
}

/** Declares a console operation. Its handler's answer is checked against `answer`. */
export function consoleOperation<
  P extends ParameterMap,
  T extends Proof,
  const S extends AnswerShape,
  const A extends ValueOf<S>,
>(
  declaration: ConsoleOperation<P, T, A> & { readonly answer: S },
): OnlyDescribed<ConsoleOperation<P, T>, A, ValueOf<S>> {
  return declaration as never;
}

/** Declares an anonymous operation that RAM describes. Its handler's answer is checked against the description. */
export function anonymousOperation<
  P extends ParameterMap,
  T extends Proof,
  R extends DescribedProduct,
  N extends DescribedName<R>,
  A extends DescribedAnswer<R, N>,
>(
  declaration: AnonymousOperation<P, T, A> & { readonly product: R; readonly name: N },
): OnlyDescribed<AnonymousOperation<P, T>, A, DescribedAnswer<R, N>> {
  return declaration as never;
}

/** Declares a stream operation; keeps the types of its input together. */
export function streamOperation<P extends ParameterMap>(declaration: StreamOperation<P>): StreamOperation<P> {
  return declaration;
}
