import { arn } from '../../context/arn.ts';
import type { Call } from '../../pipeline/operation.ts';
import type { PolicyReference } from '../../policies/policy.ts';
import { findSystemPolicy } from '../../policies/system-policies.ts';
import { oneOf, text } from '../../wire/parameter.ts';

/** Name of a policy. */
export const policyName = text({ max: 128, chars: /^[A-Za-z0-9-]+$/ });

/** `System` or `Custom`. */
export const policyType = oneOf('System', 'Custom');

/** Parameters that identify a policy of either type. */
export const policyParameters = { PolicyName: policyName, PolicyType: policyType } as const;

/** Values of {@link policyParameters}. */
export interface PolicyInput {
  readonly PolicyName: string;
  readonly PolicyType: PolicyReference['type'];
}

/** Returns the policy that the parameters identify. */
export function policyReference(input: PolicyInput): PolicyReference {
  return { type: input.PolicyType, name: input.PolicyName };
}

/** Returns the ARN of a policy, existing or not. */
export function policyArn(call: Call, { type, name }: PolicyReference): string {
  if (type === 'Custom') return arn.policy(call.account.accountId, name);
  // System policies match case-insensitively; their ARN has one spelling.
  return arn.policy('system', findSystemPolicy(name)?.name ?? name);
}
