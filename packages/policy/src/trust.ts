import { ResourceName } from './arn.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import { type Decision, IMPLICIT_DENY, type PolicyName } from './decision.ts';
import type { PolicyDocument, PrincipalClause } from './document.ts';
import { foldCase } from './letter-case.ts';
import { PatternPool } from './pattern-pool.ts';
import { CompiledStatement, type Inquiry } from './statement.ts';
import { readCaller, readFederatedEntity, readRamEntity, readServiceEntity } from './trusted-entity.ts';

/** Who asks to assume a role. */
export type TrustPrincipal =
  | {
      readonly kind: 'RAM';
      readonly accountId: string;
      /** `acs:ram::<account>:user/<name>`, `…:role/<name>` (or the ARN of a session of it), `…:root`. */
      readonly arn: string;
    }
  | { readonly kind: 'Service'; readonly name: string }
  | { readonly kind: 'Federated'; readonly arn: string };

/** May this principal assume the role whose trust policy this is? */
export interface TrustRequest {
  /** `sts:AssumeRole`, `sts:AssumeRoleWithSAML`, `sts:AssumeRoleWithOIDC`. */
  readonly action: string;
  readonly principal: TrustPrincipal;
  readonly conditions: ConditionContext;
}

/** A trust policy, ready to decide. Never changes. */
export interface CompiledTrust {
  readonly statements: readonly TrustStatement[];
}

interface TrustStatement {
  readonly statement: CompiledStatement;
  readonly admits: (principal: TrustPrincipal) => boolean;
}

const TRUST_POLICY: PolicyName = Object.freeze({ name: 'AssumeRolePolicyDocument', type: 'Trust' });
const NO_RESOURCE = new ResourceName('');

/** Makes a trust policy ready. Decisions call it `AssumeRolePolicyDocument` unless it is given a name. */
export function compileTrustPolicy(
  document: PolicyDocument,
  policy: PolicyName = TRUST_POLICY,
): CompiledTrust {
  const pool = new PatternPool();
  return {
    statements: document.statements.map((source, index) => {
      const { resources: _, ...withoutResources } = source;
      const names = source.principals;
      // A statement of which the principals could not be read is about everyone; only a Deny still counts then.
      return {
        statement: new CompiledStatement(
          names === undefined
            ? { ...withoutResources, unreadable: source.unreadable ?? [] }
            : withoutResources,
          policy,
          index,
          pool,
        ),
        admits: names === undefined ? () => true : compilePrincipals(names),
      };
    }),
  };
}

/**
 * Decides whether a role trusts the one who asks: a Deny statement that names them wins, then an Allow, else
 * they are not trusted. This is the role's half only: RAM demands that the caller's own policies allow
 * `sts:AssumeRole` as well.
 *
 * `acs:ram::<account>:root` names every principal of that account, and of no other.
 */
export function decideTrust(trust: CompiledTrust, request: TrustRequest): Decision {
  const inquiry = trustInquiryOf(request);
  let allowing: CompiledStatement | undefined;
  for (const { statement, admits } of trust.statements) {
    if (!admits(request.principal) || !statement.applies(inquiry)) continue;
    if (statement.effect !== 'Allow') return statement.decision;
    allowing ??= statement;
  }
  return allowing?.decision ?? IMPLICIT_DENY;
}

export function trustInquiryOf(request: TrustRequest): Inquiry {
  return { action: foldCase(request.action), resource: NO_RESOURCE, conditions: request.conditions };
}

function compilePrincipals(names: PrincipalClause): (principal: TrustPrincipal) => boolean {
  const ram = names.ram.map(readRamEntity);
  const services = names.service.map(readServiceEntity);
  const federated = names.federated.map(readFederatedEntity);
  return (principal) => {
    switch (principal.kind) {
      case 'RAM': {
        const caller = readCaller(principal.arn);
        if (caller === undefined || caller.account !== principal.accountId) return false;
        return ram.some(
          (entity) =>
            entity !== undefined &&
            entity.account === caller.account &&
            (entity.relativeId === 'root' || entity.relativeId === caller.relativeId),
        );
      }
      case 'Service': {
        const name = readServiceEntity(principal.name);
        return name !== undefined && services.includes(name);
      }
      case 'Federated': {
        const arn = readFederatedEntity(principal.arn);
        return arn !== undefined && federated.includes(arn);
      }
    }
  };
}
