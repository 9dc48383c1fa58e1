import { type GuardRefusal, type Identity, isPresigned, type ServedScope } from '@claviger/guard/internal';
import { type ParsedSignature, SignatureError } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { readAccountProtection } from '../settings/account-protection.ts';
import type { Queries } from '../store/store.ts';
import type { Product } from '../wire/product.ts';
import type { AnyOperation, Operation, StreamOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/**
 * Returns the scope that a derived key (ACS4) must have to sign a call of an operation. Products here have no region.
 */
export function derivedKeyScope({ product }: { readonly product: Product }): ServedScope {
  return { product, region: '*' };
}

/** Signature that could not be verified. */
export class SignatureRefused extends Error {
  readonly refusal: GuardRefusal;
  constructor(refusal: GuardRefusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/**
 * Asserts that an operation accepts the form of a signature.
 * @throws SignatureRefused IncompleteSignature for a presigned request of an operation that accepts none
 */
export function assertAcceptedForm(operation: AnyOperation, signature: ParsedSignature): void {
  if (!isPresigned(signature) || acceptsPresigned(operation)) return;
  throw unsignedHost(signature, 'The header `host` must be signed.');
}

function acceptsPresigned(operation: AnyOperation): boolean {
  return operation.access === 'read' && operation.acceptsPresigned === true;
}

function unsignedHost(signature: ParsedSignature, reason: string): SignatureRefused {
  const { code, httpStatus, message } = new SignatureError('IncompleteSignature', reason);
  const accessKeyId = 'accessKeyId' in signature ? signature.accessKeyId : undefined;
  return new SignatureRefused({ refused: true, code, httpStatus, message, accessKeyId });
}

/**
 * Authenticates a request by its signature. The key counts as used, even if the request is refused afterwards.
 * @throws SignatureRefused; Refusal NotSignedIn if the operation needs a console session
 */
export async function authenticateSignature(
  { guard, services, rootKeyUsed }: RequestDependencies,
  context: RequestContext,
  operation: Operation | StreamOperation,
  signature: ParsedSignature,
): Promise<Identity> {
  const found = guard.authenticate(
    context.request,
    signature,
    derivedKeyScope(operation),
    acceptsPresigned(operation),
  );
  const identity = found instanceof Promise ? await found : found;
  if (identity.refused) {
    const isForPages = operation.access !== 'stream' && operation.sessionOnly !== undefined;
    if (isForPages && signature.scheme === 'anonymous') throw new Refusal('NotSignedIn');
    throw new SignatureRefused(identity);
  }
  context.accessKeyId = identity.accessKeyId;
  if (isPresigned(signature)) {
    const { accountId } = identity.principal;
    const { presignedIdentityAllowed } = await readAccountProtection(services.store.queries, accountId);
    if (!presignedIdentityAllowed) {
      throw unsignedHost(
        signature,
        'The header `host` must be signed: presigned requests are not allowed in this account.',
      );
    }
  }
  if (identity.principal.type === 'root') rootKeyUsed(identity.accessKeyId);
  // A guard's credential is not an AccessKey, and the guard's connection tells more than a last use would.
  if (identity.principal.type === 'guard') return identity;
  services.lastUsed.note(
    identity.accessKeyId,
    operation.product,
    signature.parameters.get('RegionId') ?? '',
    identity.sourceAddress,
    context.time,
  );
  return identity;
}

/**
 * Reads the credential of an authenticated caller again, in the transaction of a write. Nothing is taken from memory:
 * a node that has not heard of a change yet must not carry out what the change forbids.
 *
 * @throws SignatureRefused if a new request of the caller would be refused
 */
export async function reauthenticateSignature(
  { guard, source }: RequestDependencies,
  identity: Identity,
  signature: ParsedSignature,
  queries: Queries,
): Promise<Identity> {
  if (signature.scheme === 'anonymous' || signature.scheme === 'bearer') return identity;
  const found = await source.read(signature.accessKeyId, signature.securityToken, queries);
  const renewed = guard.renewWith(identity, found);
  if (renewed.refused) throw new SignatureRefused(renewed);
  return renewed;
}
