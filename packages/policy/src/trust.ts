import { ResourceName } from './arn.ts';
import type { ConditionContext } from './conditions-in-request.ts';
import { type Decision, IMPLICIT_DENY, type PolicyName } from './decision.ts';
import type { Effect, PolicyDocument, PrincipalClause } from './document.ts';
import { foldCase } from './letter-case.ts';
import { PatternPool } from './pattern-pool.ts';
import { CompiledStatement, type Inquiry } from './statement.ts';
import {
  type RamEntity,
  readCaller,
  readFederatedEntity,
  readRamEntity,
  readServiceEntity,
} from './trusted-entity.ts';

/** Who asks to assume a role. */
export type TrustPrincipal =
  | {
      readonly kind: 'RAM';
      readonly accountId: string;
      /** `acs:ram::<account>:user/<name>`, `…:role/<name>` (or the ARN of a session of it), `…:root`. */
      readonly arn: string;
      /** The id of the user or role, for a trust policy with `identities`. */
      readonly id?: string | undefined;
    }
  | { readonly kind: 'Service'; readonly name: string }
  | {
      readonly kind: 'Federated';
      readonly arn: string;
      /** The id of the provider, for a trust policy with `identities`. */
      readonly id?: string | undefined;
    };

/**
 * Which entity each name of a trust policy meant when the policy was written: ids by the ARNs that `trustedEntities`
 * returns. A name without an id meant none.
 */
export type TrustedIdentities = ReadonlyMap<string, string>;

/** A user, role or identity provider that a trust policy names. */
export interface TrustedEntity {
  /** Without region, the name in lower case: one spelling for all that name the same entity. */
  readonly arn: string;
  readonly account: string;
  readonly type: 'user' | 'role' | 'saml-provider' | 'oidc-provider';
  /** In lower case. */
  readonly name: string;
}

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

/**
 * Returns the users, roles and identity providers that a trust policy names, each once. Whole accounts and services
 * are not among them: their names are never given to another.
 */
export function trustedEntities(document: PolicyDocument): readonly TrustedEntity[] {
  const found = new Map<string, TrustedEntity>();
  for (const { principals } of document.statements) {
    const named = [
      ...(principals?.ram ?? []).map((arn) => arnOf(readRamEntity(arn))),
      ...(principals?.federated ?? []).map(readFederatedEntity),
    ];
    for (const arn of named) {
      const [, account = '', type = '', name = ''] = ENTITY.exec(arn ?? '') ?? [];
      if (arn === undefined || name === '') continue;
      found.set(arn, { arn, account, type: type as TrustedEntity['type'], name });
    }
  }
  return [...found.values()];
}

const ENTITY = /^acs:ram::([^:]+):(user|role|saml-provider|oidc-provider)\/(.+)$/;

/**
 * Makes a trust policy ready. Decisions call it `AssumeRolePolicyDocument` unless it is given a name.
 *
 * @param identities With them, an Allow is for the entity that a name meant when the policy was written: another one
 *   that has been given the name since is not trusted, and one that was renamed still is. A Deny holds for both. Without
 *   them, names are compared with the names of callers.
 */
export function compileTrustPolicy(
  document: PolicyDocument,
  policy: PolicyName = TRUST_POLICY,
  identities?: TrustedIdentities,
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
        admits: names === undefined ? () => true : compilePrincipals(names, source.effect, identities),
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

/** One spelling for all ARNs of a RAM principal. */
function arnOf(entity: RamEntity | undefined): string | undefined {
  return entity && `acs:ram::${entity.account}:${entity.relativeId}`;
}

function compilePrincipals(
  names: PrincipalClause,
  effect: Effect,
  identities: TrustedIdentities | undefined,
): (principal: TrustPrincipal) => boolean {
  const ram = names.ram.map(readRamEntity);
  const services = names.service.map(readServiceEntity);
  const federated = names.federated.map(readFederatedEntity);
  /** Whether a name of the policy is about a caller, which has that name now or has not. */
  const isMeant = (arn: string | undefined, hasName: boolean, id: string | undefined): boolean => {
    if (arn === undefined) return false;
    if (identities === undefined) return hasName;
    const hasId = id !== undefined && identities.get(arn) === id;
    return effect === 'Allow' ? hasId : hasId || hasName;
  };
  return (principal) => {
    switch (principal.kind) {
      case 'RAM': {
        const caller = readCaller(principal.arn);
        if (caller === undefined || caller.account !== principal.accountId) return false;
        return ram.some(
          (entity) =>
            entity !== undefined &&
            entity.account === caller.account &&
            (entity.relativeId === 'root' ||
              isMeant(arnOf(entity), entity.relativeId === caller.relativeId, principal.id)),
        );
      }
      case 'Service': {
        const name = readServiceEntity(principal.name);
        return name !== undefined && services.includes(name);
      }
      case 'Federated': {
        const arn = readFederatedEntity(principal.arn);
        return federated.some((entity) => isMeant(entity, entity === arn, principal.id));
      }
    }
  };
}
