import type { AnonymousRequest } from '../context/anonymous-request.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestDependencies } from './request-dependencies.ts';
import type { ServerServices } from './server-services.ts';

/** Returns the part of a request that needs no authenticated caller. */
export function readAnonymousRequest(
  { guard, services }: RequestDependencies,
  { request, requestId, time }: RequestContext,
): AnonymousRequest & { readonly services: ServerServices } {
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
