import { call } from '../../api/call.ts';

/** Deletes a custom policy with all versions. An attached policy is refused and not changed. */
export async function deletePolicy(PolicyName: string): Promise<void> {
  await call('Ram', 'DeletePolicy', { PolicyName, CascadingDelete: true });
}
