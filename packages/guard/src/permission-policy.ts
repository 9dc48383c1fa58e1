import {
  type CompiledPolicies,
  compilePolicies,
  type PolicyDocument,
  readStoredPolicy,
} from '@claviger/policy';

/** Policy in force for a principal, in its default version. */
export interface PermissionPolicy {
  readonly name: string;
  readonly type: 'System' | 'Custom';
  /** `v3` */
  readonly version: string;
  /** Document as accepted. */
  readonly text: string;
  /** Parsed document, if available. */
  readonly document?: PolicyDocument;
}

/** Compiles all policies of a principal. */
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

/** Compiles the session policy of a session. @param text of the `Policy` parameter */
export function compileSessionPolicy(text: string): CompiledPolicies {
  return compilePolicies([
    { name: 'SessionPolicy', type: 'Custom', document: readStoredPolicy(text, 'session') },
  ]);
}
