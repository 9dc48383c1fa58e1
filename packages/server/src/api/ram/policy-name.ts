import { arn } from '../../context/arn.ts';
import type { Call } from '../../pipeline/operation.ts';
import { type PolicyReference, policyNameKey } from '../../policies/policy.ts';
import { SYSTEM_POLICIES } from '../../policies/system-policies.ts';
import { oneOf, text } from '../../wire/parameter.ts';

/** A policy's name. */
export const policyName = text({ max: 128, chars: /^[A-Za-z0-9-]+$/ });

/** `System` or `Custom`. */
export const policyType = oneOf('System', 'Custom');

/** The parameters of an operation that takes either type of policy. */
export const policyParameters = { PolicyName: policyName, PolicyType: policyType } as const;

/** What they say. */
export interface PolicyInput {
  readonly PolicyName: string;
  readonly PolicyType: PolicyReference['type'];
}

/** The policy that is meant. */
export function policyReference(input: PolicyInput): PolicyReference {
  return { type: input.PolicyType, name: input.PolicyName };
}

/** The resource of an operation on a policy, whether or not there is such a policy. */
export function policyArn(call: Call, { type, name }: PolicyReference): string {
  if (type === 'Custom') return arn.policy(call.account.accountId, name);
  // System policies are found in any spelling; their resource has one.
  return arn.policy('system', SYSTEM_POLICIES.get(policyNameKey(name))?.name ?? name);
}
