import {
  type CompiledPolicies,
  compilePolicies,
  type PolicyDocument,
  readStoredPolicy,
} from '@claviger/policy';

/** A policy in force for a principal, in its default version. */
export interface PermissionPolicy {
  readonly name: string;
  readonly type: 'System' | 'Custom';
  /** `v3` */
  readonly version: string;
  /** The document as it was accepted. */
  readonly text: string;
  /** What was read of the text, when that was done already. */
  readonly document?: PolicyDocument;
}

/** All that a principal may do, ready to decide. */
export function compilePermissions(policies: readonly PermissionPolicy[]): CompiledPolicies {
  return compilePolicies(
    policies.map(({ name, type, version, text, document }) => ({
      name,
      type,
      version,
      document: document ?? readStoredPolicy(text, 'identity'),
    })),
  );
}

/** What a session is narrowed to by the policy that it was opened with. @param text of the `Policy` parameter */
export function compileSessionPolicy(text: string): CompiledPolicies {
  return compilePolicies([
    { name: 'SessionPolicy', type: 'Custom', document: readStoredPolicy(text, 'session') },
  ]);
}
