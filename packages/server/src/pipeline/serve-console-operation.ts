import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { ConsoleRequest } from '../session/console-request.ts';
import { type ConsoleSession, readConsoleSession } from '../session/console-session.ts';
import type { Answer } from '../wire/answer.ts';
import { readInput } from '../wire/parameter.ts';
import { headerOf } from '../wire/request-format.ts';
import { auditedWrite } from './audited-write.ts';
import type { ConsoleOperation } from './operation.ts';
import { readAnonymousRequest } from './read-anonymous-request.ts';
import { createScope, type RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/** Serves an operation that begins, confirms or ends a console session. */
export async function serveConsoleOperation(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: ConsoleOperation,
  signature: ParsedSignature,
): Promise<Answer> {
  const { request } = context;
  const { sessionAuthenticator, services } = dependencies;
  if (signature.scheme !== 'anonymous') throw new Refusal('SessionAndSignature');
  const cookies = sessionAuthenticator.presentedCookies(request);
  let session: ConsoleSession | undefined;
  if (operation.session !== 'none') {
    session = await sessionAuthenticator.readSession(
      request,
      cookies,
      operation.session,
      'needed',
      context.time,
    );
    context.account = session.account;
  } else {
    sessionAuthenticator.assertSameOrigin(request, cookies);
  }
  const input = readInput(operation.input, signature.parameters);
  const consoleRequest: ConsoleRequest = {
    ...readAnonymousRequest(dependencies, context),
    ...cookies,
    userAgent: headerOf(request, 'user-agent') ?? '',
    session,
    attempted: ({ accountId }, { type, name }) => {
      context.attempt = { accountId, type, userName: name };
    },
  };
  const proof = await operation.prove(input, consoleRequest);
  context.account = proof.account;
  return auditedWrite(dependencies, context, async (transaction) => {
    const scope = createScope(services, context, proof.account, transaction);
    const { sessionToken: token = '' } = cookies;
    const present = session && (await readConsoleSession(transaction.queries, token, context.time));
    if (present?.row.stage !== session?.row.stage) throw new Refusal('NotSignedIn');
    const outcome = await operation.handle(input, proof, { ...consoleRequest, ...scope, session: present });
    context.actor = outcome.actor;
    context.event = outcome.event;
    context.cookies = outcome.cookies ?? [];
    return outcome.answer;
  });
}
