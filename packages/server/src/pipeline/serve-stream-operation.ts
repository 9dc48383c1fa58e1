import type { ParsedSignature } from '@claviger/signature';
import { Refusal } from '../errors/refusal.ts';
import { takeCall } from './call-rate.ts';
import { recordOf } from './call-record.ts';
import { admitCaller, authorize, callOf } from './authenticate-caller.ts';
import { withConditions } from './demand-conditions.ts';
import type { Journey } from './request-context.ts';
import type { OpenedStream, StreamCall, StreamOperation } from './operation.ts';
import { type InputOf, type ParameterMap, readInput } from '../wire/parameter.ts';
import type { Road } from './request-dependencies.ts';
import { withStoredNames } from './stored-resource.ts';

/** Of an operation that answers a stream: written down before its first byte is sent. */
export async function openStream(
  road: Road,
  journey: Journey,
  operation: StreamOperation,
  signature: ParsedSignature,
): Promise<OpenedStream> {
  const identity = await admitCaller(road, journey, operation, signature);
  journey.identity = identity;
  takeCall(road.services, identity, journey.time);
  if (identity.by !== 'signature') throw new Refusal('SignatureOnly', { action: operation.name });
  const input = readInput(operation.input, signature.parameters);
  const call = { ...(await callOf(road, journey, identity, undefined)), identity };
  await authorize(road, operation, input, call);
  const streamCall: StreamCall = {
    ...call,
    stillAllowed: () => isStillAllowed(road, operation, input, streamCall),
  };
  const opened = await operation.open(input, streamCall);
  try {
    await road.audit.append(recordOf(road.guard, journey, {}, undefined));
  } catch (unwritten) {
    opened.close();
    throw unwritten;
  }
  return operation.endEvent === undefined
    ? opened
    : withRecordedEnd(opened, road, journey, operation.endEvent);
}

/** A stream whose end is written down as well, once, however it comes. */
function withRecordedEnd(
  opened: OpenedStream,
  { audit, guard, services }: Road,
  journey: Journey,
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
      const seconds = Math.round((performance.now() - journey.began) / 1000);
      const record = recordOf(guard, journey, {}, undefined);
      const event = {
        ...record,
        requestId: services.identifiers.requestId(),
        time: journey.time + seconds * 1000,
        operation: endEvent,
        nonce: '',
        parameters: { ...record.parameters, ConnectionId: journey.requestId, Seconds: String(seconds) },
      };
      // The trail tells of an outage itself; nobody waits for this record.
      audit.append(event)?.catch(() => {});
    },
  };
}

/** Whether a caller that was admitted a while ago would be admitted now. */
async function isStillAllowed(
  { guard }: Road,
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
