import type { ParsedSignature } from '@claviger/signature';
import type { Answer } from '../wire/answer.ts';
import { readInput } from '../wire/parameter.ts';
import { auditedWrite } from './audited-write.ts';
import { derivedKeyScope, SignatureRefused } from './authenticate-signature.ts';
import type { AnonymousOperation } from './operation.ts';
import { readAnonymousRequest } from './read-anonymous-request.ts';
import { createScope, type RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/** Serves an operation that needs no signature. */
export async function serveAnonymousOperation(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: AnonymousOperation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { request } = context;
  const { guard, services } = dependencies;
  // Older clients sign every request. The signature is not needed here, but an invalid one is refused.
  if (signature.scheme !== 'anonymous') {
    const signer = await guard.authenticate(request, signature, derivedKeyScope(operation));
    if (signer.refused) throw new SignatureRefused(signer);
  }
  const input = readInput(operation.input, signature.parameters);
  const anonymousRequest = readAnonymousRequest(dependencies, context);
  const proof = await operation.prove(input, anonymousRequest);
  context.account = proof.account;
  return auditedWrite(dependencies, context, async (transaction) => {
    const scope = createScope(services, context, proof.account, transaction);
    const { answer, actor } = await operation.handle(input, proof, { ...anonymousRequest, ...scope });
    context.actor = actor;
    return answer;
  });
}
