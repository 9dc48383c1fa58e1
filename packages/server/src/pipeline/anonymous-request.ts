import type { AnonymousRequest } from './operation.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';

/** What is known of a request whose sender has shown no identity yet. */
export function readAnonymousRequest(
  { guard, services }: RequestDependencies,
  { request, requestId, time }: RequestContext,
): AnonymousRequest {
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
