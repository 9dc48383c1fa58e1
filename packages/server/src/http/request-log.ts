import type { Logger } from 'pino';
import type { FinishedCall } from '../pipeline/request-pipeline.ts';

/** Which calls the request log has: all, those that were refused, or none. */
export type RequestLogMode = 'all' | 'refused' | 'off';

/** Form of the ids of AccessKeys and tokens. Other text may be a secret that was sent in the wrong place. */
const KEY_ID = /^(?:LTAI|CVGD|STS\.)[A-Za-z0-9.]{4,60}$/;

/**
 * Returns a function that logs one line for each finished call. Lines hold no text of the sender's except the id of the
 * key: an unknown operation is `unknown`.
 */
export function createRequestLog(logger: Logger, mode: RequestLogMode): (call: FinishedCall) => void {
  if (mode === 'off') return () => {};
  return (call) => {
    if (mode === 'refused' && call.code === '') return;
    const { operation, principal, accessKeyId, seconds } = call;
    logger.info(
      {
        requestId: call.requestId,
        product: operation?.product,
        operation: operation?.name ?? 'unknown',
        caller: principal?.arn,
        accessKeyId: KEY_ID.test(accessKeyId) ? accessKeyId : undefined,
        sourceAddress: call.sourceAddress,
        status: call.status,
        code: call.code || undefined,
        ms: Math.round(seconds * 100_000) / 100,
      },
      'request',
    );
  };
}
