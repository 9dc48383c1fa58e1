import type { Guard } from '@claviger/guard/internal';
import type { CallRecord } from '../audit/audit-event.ts';
import type { Answer } from '../wire/answer.ts';
import type { WireParameters } from '../wire/parameter.ts';
import { PROTOCOL_PARAMETERS } from '../wire/protocol-parameters.ts';
import { headerOf } from '../wire/request-format.ts';
import { type AnyOperation, EFFECT_OF_ACCESS } from './operation.ts';
import type { RequestContext } from './request-context.ts';

/** Returns the audit record of a request, from what is known of it so far. */
export function createCallRecord(
  guard: Guard,
  context: RequestContext,
  answer: Answer | undefined,
  refusal: { readonly code: string; readonly message: string } | undefined,
): CallRecord {
  const { request, operation, identity, signature } = context;
  const principal = identity?.principal ?? context.actor;
  return {
    requestId: context.requestId,
    time: context.time,
    product: operation?.product ?? '',
    version: context.version,
    operation: context.action,
    access: operation === undefined ? 'read' : EFFECT_OF_ACCESS[operation.access],
    accountId: principal?.accountId ?? context.account?.accountId ?? context.attempt?.accountId ?? '',
    principal,
    attempt: context.attempt,
    console: consoleContext(context, operation, refusal !== undefined),
    accessKeyId: context.accessKeyId,
    sourceAddress: identity?.sourceAddress ?? guard.sourceAddress(request),
    userAgent: headerOf(request, 'user-agent') ?? '',
    secure: identity?.secure ?? guard.isSecure(request),
    nonce: identity?.by === 'signature' ? identity.nonce : '',
    parameters: signature === undefined ? {} : auditedParameters(signature.parameters, operation),
    answer,
    refusal,
    touched: context.touched,
  };
}

/** Returns the console's part of an audit record: for calls of a session, and for console operations. */
function consoleContext(
  { identity, event, attempt }: RequestContext,
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

/**
 * Returns the operation's own parameters, without those that hold secrets. None of an unknown operation: it is not
 * known which of its parameters are secret.
 */
function auditedParameters(
  parameters: WireParameters,
  operation: AnyOperation | undefined,
): Record<string, string> {
  const kept: Record<string, string> = {};
  if (operation === undefined) return kept;
  for (const [name, value] of parameters) {
    if (PROTOCOL_PARAMETERS.has(name)) continue;
    const declared = operation.input[name.split('.', 1)[0] ?? name];
    if (declared !== undefined && !declared.secret) kept[name] = value;
  }
  return kept;
}
