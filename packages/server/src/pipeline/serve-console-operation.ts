import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { type ConsoleSession, readConsoleSession } from '../session/console-session.ts';
import { change } from './audited-write.ts';
import { type Journey, scopeOf } from './request-context.ts';
import type { Answer, ConsoleOperation, ConsoleVisit } from './operation.ts';
import { readInput } from '../wire/parameter.ts';
import { headerOf } from '../wire/request-format.ts';
import type { Road } from './request-dependencies.ts';
import { visitOf } from './anonymous-request.ts';

/** Of an operation by which a session begins, is confirmed or ends. */
export async function passDoor(
  road: Road,
  journey: Journey,
  operation: ConsoleOperation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { request } = journey;
  const { gate, services } = road;
  if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
  const shown = gate.shown(request);
  let session: ConsoleSession | undefined;
  if (operation.session !== 'none') {
    session = await gate.present(request, shown, operation.session, 'needed', journey.time);
    journey.account = session.account;
  } else {
    gate.refuseForeign(request, shown);
  }
  const input = readInput(operation.input, signature.parameters);
  const visit: ConsoleVisit = {
    ...visitOf(road, journey),
    ...shown,
    userAgent: headerOf(request, 'user-agent') ?? '',
    session,
    attempted: ({ accountId }, { type, name }) => {
      journey.attempt = { accountId, type, userName: name };
    },
  };
  const proof = await operation.prove(input, visit);
  journey.account = proof.account;
  return change(road, journey, async (transaction) => {
    const scope = scopeOf(services, journey, proof.account, transaction);
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
