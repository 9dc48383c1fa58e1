import type { Journey } from './journey.ts';
import type { Visit } from './operation.ts';
import type { Road } from './road.ts';

/** What is known of a request whose sender has shown no identity yet. */
export function visitOf({ guard, services }: Road, { request, requestId, time }: Journey): Visit {
  return {
    requestId,
    now: time,
    sourceAddress: guard.sourceAddress(request),
    secure: guard.isSecure(request),
    services,
  };
}
