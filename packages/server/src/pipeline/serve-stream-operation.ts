import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import type { OpenedStream } from '../wire/opened-stream.ts';
import { type InputOf, type ParameterMap, readInput } from '../wire/parameter.ts';
import { authenticateCaller, authorize, createCall } from './authenticate-caller.ts';
import { takeCall } from './call-rate.ts';
import { createCallRecord } from './call-record.ts';
import { withConditions } from './demand-conditions.ts';
import type { StreamCall, StreamOperation } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import { withStoredNames } from './stored-resource.ts';

/** Serves an operation that answers a stream. The audit record is written before the first byte is sent. */
export async function serveStreamOperation(
  dependencies: RequestDependencies,
  context: RequestContext,
  operation: StreamOperation,
  signature: ParsedSignature,
): Promise<OpenedStream> {
  const identity = await authenticateCaller(dependencies, context, operation, signature);
  context.identity = identity;
  await takeCall(dependencies.services, identity, context.time);
  if (identity.by !== 'signature') throw new Refusal('SignatureOnly', { action: operation.name });
  const input = readInput(operation.input, signature.parameters);
  const call = { ...(await createCall(dependencies, context, identity, undefined)), identity };
  await authorize(dependencies, operation, input, call);
  const streamCall: StreamCall = {
    ...call,
    stillAllowed: () => isStillAllowed(dependencies, operation, input, streamCall),
  };
  const opened = await operation.open(input, streamCall);
  try {
    await dependencies.audit.append(createCallRecord(dependencies.guard, context, {}, undefined));
  } catch (unwritten) {
    opened.close();
    throw unwritten;
  }
  return operation.endEvent === undefined
    ? opened
    : withRecordedEnd(opened, dependencies, context, operation.endEvent);
}

/** Wraps a stream so that its end is audited too, exactly once. */
function withRecordedEnd(
  opened: OpenedStream,
  { audit, guard, services }: RequestDependencies,
  context: RequestContext,
  endEvent: string,
): OpenedStream {
  let isOver = false;
  return {
    contentType: opened.contentType,
    chunks: (ended) => opened.chunks(ended),
    close() {
      opened.close();
      if (isOver) return;
      isOver = true;
      const seconds = Math.round((performance.now() - context.began) / 1000);
      const record = createCallRecord(guard, context, {}, undefined);
      const event = {
        ...record,
        requestId: services.identifiers.requestId(),
        time: context.time + seconds * 1000,
        operation: endEvent,
        nonce: '',
        parameters: { ...record.parameters, ConnectionId: context.requestId, Seconds: String(seconds) },
      };
      // The audit trail reports an outage itself; no request waits for this record.
      audit.append(event)?.catch(() => {});
    },
  };
}

/** Returns whether a caller that was authorised earlier would be authorised now. */
async function isStillAllowed(
  { guard }: RequestDependencies,
  operation: StreamOperation,
  input: InputOf<ParameterMap>,
  call: StreamCall,
): Promise<boolean> {
  const identity = await guard.renew(call.identity);
  if (identity === undefined) return false;
  const renewed = { ...call, identity, principal: identity.principal, now: identity.now };
  const named = await withStoredNames(renewed.queries, await operation.authorize(input, renewed));
  const demands = await withConditions(operation, input, renewed, named);
  return guard.authorize(identity, demands).allowed;
}
