import type { Journey } from './request-context.ts';
import type { Visit } from './operation.ts';
import type { Road } from './request-dependencies.ts';

/** What is known of a request whose sender has shown no identity yet. */
export function visitOf({ guard, services }: Road, { request, requestId, time }: Journey): Visit {
  const sourceAddress = guard.sourceAddress(request);
  const vpcId = guard.vpcIdOf(sourceAddress);
  return {
    requestId,
    now: time,
    sourceAddress,
    ...(vpcId !== undefined && { vpcId }),
    secure: guard.isSecure(request),
    services,
  };
}
