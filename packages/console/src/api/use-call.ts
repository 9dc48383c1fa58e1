import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { call } from './call.ts';
import type { AnswerOf, OperationOf, ParametersOf, Product } from './operations.ts';

/** Options of a reading call. */
export interface CallOptions {
  /** False to delay the call. */
  readonly enabled?: boolean;
  /** Interval for reading again, in milliseconds. */
  readonly refetchInterval?: number | false;
}

/**
 * Calls a reading operation; the call is repeated after every change (see `useChange`).
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
