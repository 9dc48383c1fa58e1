import { call } from '../../api/call.ts';

/** Deletes a custom policy with its earlier versions; one that is attached somewhere is refused, and stays whole. */
export async function deletePolicy(PolicyName: string): Promise<void> {
  await call('Ram', 'DeletePolicy', { PolicyName, CascadingDelete: true });
}
