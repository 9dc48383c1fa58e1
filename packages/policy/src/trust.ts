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

/** Principal that asks to assume a role. */
export type TrustPrincipal =
  | {
      readonly kind: 'RAM';
      readonly accountId: string;
      /** `acs:ram::<account>:user/<name>`, `…:role/<name>` (or the ARN of a session of it), `…:root`. */
      readonly arn: string;
      /** Id of the user or role, for a trust policy with `identities`. */
      readonly id?: string | undefined;
    }
  | { readonly kind: 'Service'; readonly name: string }
  | {
      readonly kind: 'Federated';
      readonly arn: string;
      /** Id of the provider, for a trust policy with `identities`. */
      readonly id?: string | undefined;
    };

/**
 * Ids that the names of a trust policy meant when it was written, by the ARNs of `trustedEntities`. A name
 * without an id meant none.
 */
export type TrustedIdentities = ReadonlyMap<string, string>;

/** User, role or identity provider that a trust policy names. */
export interface TrustedEntity {
  /** Canonical: without region, the name in lower case. */
  readonly arn: string;
  readonly account: string;
  readonly type: 'user' | 'role' | 'saml-provider' | 'oidc-provider';
  /** In lower case. */
  readonly name: string;
}

/** Request of a principal to assume a role. */
export interface TrustRequest {
  /** `sts:AssumeRole`, `sts:AssumeRoleWithSAML`, `sts:AssumeRoleWithOIDC`. */
  readonly action: string;
  readonly principal: TrustPrincipal;
  readonly conditions: ConditionContext;
}

/** Compiled trust policy. Immutable. */
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
 * Returns the users, roles and identity providers that a trust policy names, each once. Whole accounts and
 * services are excluded: their names are never reassigned.
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

/** What a trust policy trusts, for the condition keys `ram:TrustedPrincipalTypes` and `ram:ServiceNames`. */
export interface TrustedPrincipals {
  /** Kinds of principals that an Allow names, each once. */
  readonly types: readonly ('RAM' | 'Service' | 'Federated')[];
  /**
   * Services that an Allow names, in lower case. `<account>@<service>` is listed as written and as the service
   * alone, so that a condition on the service cannot be evaded by naming an account.
   */
  readonly services: readonly string[];
}

/** Returns the kinds of principals and the services that a trust policy lets assume its role. */
export function trustedPrincipals({ statements }: PolicyDocument): TrustedPrincipals {
  const allowed = statements.flatMap(({ effect, principals }) =>
    effect === 'Allow' && principals !== undefined ? [principals] : [],
  );
  const services = new Set<string>();
  for (const written of allowed.flatMap(({ service }) => service)) {
    const name = readServiceEntity(written);
    if (name === undefined) continue;
    services.add(name);
    services.add(name.slice(name.indexOf('@') + 1));
  }
  const kinds = [
    ['RAM', allowed.some(({ ram }) => ram.length > 0)],
    ['Service', services.size > 0],
    ['Federated', allowed.some(({ federated }) => federated.length > 0)],
  ] as const;
  return { types: kinds.flatMap(([kind, isNamed]) => (isNamed ? [kind] : [])), services: [...services] };
}

const ENTITY = /^acs:ram::([^:]+):(user|role|saml-provider|oidc-provider)\/(.+)$/;

/**
 * Compiles a trust policy. Decisions report it as `AssumeRolePolicyDocument` unless it is given a name.
 *
 * @param identities If given, an Allow is for the entity that a name meant when the policy was written:
 *   another entity that got the name since is not trusted, and a renamed one still is. A Deny covers both.
 *   Without it, names are compared with the names of callers.
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
      // A statement with unreadable principals covers everyone; only a Deny counts then.
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
 * Decides whether a role trusts a principal: a Deny statement that names it wins, then an Allow; otherwise it
 * is not trusted. This is only the role's half: the caller's own policies must allow `sts:AssumeRole` as
 * well.
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

/** Returns the canonical ARN of a RAM principal. */
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
  /** Whether a name of the policy covers a caller, which may or may not have that name now. */
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
