import type { ParsedSignature } from '@claviger/signature';
import { change } from './audited-write.ts';
import { type Journey, scopeOf } from './request-context.ts';
import type { AnonymousOperation, Answer } from './operation.ts';
import { readInput } from '../wire/parameter.ts';
import type { Road } from './request-dependencies.ts';
import { SignatureRefused, scopeOfKeysFor } from './authenticate-signature.ts';
import { visitOf } from './anonymous-request.ts';

/** Of an operation that needs no signature. */
export async function receiveVisit(
  road: Road,
  journey: Journey,
  operation: AnonymousOperation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { request } = journey;
  const { guard, services } = road;
  // Older clients sign whatever they send. It adds nothing here, but what is signed has to hold.
  if (signature.scheme !== 'anonymous') {
    const signer = await guard.authenticate(request, signature, scopeOfKeysFor(operation));
    if (signer.refused) throw new SignatureRefused(signer);
  }
  const input = readInput(operation.input, signature.parameters);
  const visit = visitOf(road, journey);
  const proof = await operation.prove(input, visit);
  journey.account = proof.account;
  return change(road, journey, async (transaction) => {
    const scope = scopeOf(services, journey, proof.account, transaction);
    const { answer, actor } = await operation.handle(input, proof, { ...visit, ...scope });
    journey.actor = actor;
    return answer;
  });
}
