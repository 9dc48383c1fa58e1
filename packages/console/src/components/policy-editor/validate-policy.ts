import { call } from '../../api/call.ts';
import type { PolicyFault } from '../../api/claviger-operations.ts';

/** Kind of a policy document. */
export type PolicyKind = 'identity' | 'trust' | 'network';

/**
 * Returns the faults of a document, validated by the server.
 * @throws ApiError when the server does not answer
 */
export async function validatePolicy(document: string, kind: PolicyKind): Promise<readonly PolicyFault[]> {
  const { Faults } = await call('Claviger', 'ValidatePolicyDocument', {
    PolicyDocument: document,
    Kind: kind,
  });
  return Faults ?? [];
}
