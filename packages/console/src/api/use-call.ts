import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from './call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from './operations.ts';

/** How a reading call may differ from the usual. */
export interface CallOptions {
  /** False to wait, as long as something else has to be known first. */
  readonly enabled?: boolean;
  /** To read again, in milliseconds. */
  readonly refetchInterval?: number | false;
}

/**
 * Reads something from the server; read again after every change (see `useChange`).
 *
 *     const user = useCall('Ims', 'GetUser', { UserId: id });
 */
export function useCall<P extends Product, O extends OperationOf<P>>(
  product: P,
  operation: O,
  parameters: ParametersOf<P, O>,
  options: CallOptions = {},
): UseQueryResult<AnswerOf<P, O>, Error> {
  return useQuery<AnswerOf<P, O>, Error>({
    queryKey: [product, operation, parameters],
    queryFn: ({ signal }) => call(product, operation, parameters, signal),
    ...options,
  });
}
