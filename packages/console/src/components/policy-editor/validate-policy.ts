import { call } from '../../api/call.ts';
import type { PolicyFault } from '../../api/claviger-operations.ts';

/** What a document is for. */
export type PolicyKind = 'identity' | 'trust' | 'network';

/**
 * What is wrong with a document, in the server's words.
 * @throws ApiError when the server does not answer
 */
export async function validatePolicy(document: string, kind: PolicyKind): Promise<readonly PolicyFault[]> {
  const { Faults } = await call('Claviger', 'ValidatePolicyDocument', {
    PolicyDocument: document,
    Kind: kind,
  });
  return Faults ?? [];
}
