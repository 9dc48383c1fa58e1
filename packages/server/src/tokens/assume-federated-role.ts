import { assumedRolePrincipal, type RolePrincipal } from '@claviger/guard';
import { RequestConditions } from '@claviger/guard/internal';
import { decideTrust } from '@claviger/policy';
import { readAccount } from '../accounts/account-directory.ts';
import type { ProvenAnonymousRequest } from '../context/anonymous-request.ts';
import { identityArn } from '../context/arn.ts';
import { Refusal } from '../errors/refusal.ts';
import { findRole } from '../roles/role.ts';
import { compileTrust } from '../roles/trusted-identities.ts';
import type { RoleRow } from '../store/schema.ts';
import { readTagValues, tagConditions } from '../tags/tag-values.ts';
import { type RoleReference, stsSessionSeconds } from './assume-trusting-role.ts';
import { type OpenedStsSession, openStsSession } from './open-sts-session.ts';

/** Subject that an identity provider has authenticated, and the session that is requested for it. */
export interface FederatedStsSessionRequest {
  readonly action: 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithOIDC';
  readonly provider: {
    readonly kind: 'saml' | 'oidc';
    readonly providerId: string;
    /** ARN of the provider, as trust policies name it. */
    readonly arn: string;
  };
  readonly role: RoleReference;
  readonly sessionName: string;
  /** Set by the provider; `undefined` if it sets none. */
  readonly sourceIdentity: string | undefined;
  readonly durationSeconds: number | undefined;
  /** Latest end of the session, milliseconds since the epoch; `undefined` without such a bound. */
  readonly endsBy: number | undefined;
  /** Validated. */
  readonly sessionPolicy: string | undefined;
  /** Condition values from the provider; keys are lower-cased. */
  readonly conditions: ReadonlyMap<string, string | readonly string[]>;
}

/** Session opened on an identity provider's assertion or token. */
export interface FederatedStsSession {
  readonly session: OpenedStsSession;
  readonly principal: RolePrincipal;
}

/**
 * Opens a session of a role for a subject that an identity provider of the role's account has authenticated. There is
 * no caller whose policies could be asked: the role's trust policy alone decides, about the provider as its
 * `Federated` principal. `acs:PrincipalARN` is the requested session.
 *
 * The session depends on the provider: it ends when the provider is deleted. A provider can open sessions of its own
 * account only.
 *
 * @throws Refusal EntityNotExist.RoleArn, NoPermission, AuthenticationFail.NoPermission, InvalidParameter.*
 */
export async function assumeFederatedRole(
  request: ProvenAnonymousRequest,
  asked: FederatedStsSessionRequest,
): Promise<FederatedStsSession> {
  const { accountId } = request.account;
  const account = await readAccount(request.queries, accountId);
  const distrusted = () =>
    new Refusal(
      asked.provider.kind === 'oidc' ? 'AuthenticationFail.NoPermission.Role' : 'NoPermission.Federated',
      { resource: identityArn.role(accountId, asked.role.roleName) },
    );
  if (account?.status !== 'Active' || asked.role.accountId !== accountId) throw distrusted();
  const role = await findRole(request.queries, accountId, asked.role.roleName);
  if (role === undefined) {
    // A SAML assertion lists the role, so its provider knows the role exists. An OIDC token lists none, and
    // some issuers give one to any client: their subjects must not learn which roles exist.
    if (asked.provider.kind === 'oidc') throw distrusted();
    throw new Refusal('EntityNotExist.RoleArn', { name: asked.role.roleName });
  }
  const tags = await readTagValues(request.queries, accountId, 'role', role.role_id);
  const principal = assumedRolePrincipal(accountId, role.role_id, role.role_name, asked.sessionName, tags);
  if (!trusts(role, request, principal, asked)) throw distrusted();
  const end = request.now + stsSessionSeconds(asked.durationSeconds, role.max_session_seconds) * 1000;
  const { kind, providerId } = asked.provider;
  const session = await openStsSession(request, {
    account,
    role,
    sessionName: asked.sessionName,
    sessionPolicy: asked.sessionPolicy,
    sourceIdentity: asked.sourceIdentity,
    issuers: [{ type: 'identity-provider', accountId, kind, providerId }],
    end: Math.min(end, asked.endsBy ?? end),
  });
  return { session, principal };
}

/**
 * RAM's own trust policies for identity providers name `sts:AssumeRole`; others name the operation. Either allows,
 * and a Deny of either denies.
 */
function trusts(
  role: RoleRow,
  request: ProvenAnonymousRequest,
  principal: RolePrincipal,
  asked: FederatedStsSessionRequest,
): boolean {
  const trust = compileTrust(role);
  const { arn, providerId: id } = asked.provider;
  const conditions = new RequestConditions(
    { ...request, principal },
    new Map([
      ...asked.conditions,
      ...(asked.sourceIdentity === undefined
        ? []
        : ([['sts:sourceidentity', asked.sourceIdentity]] as const)),
      ...tagConditions('acs:resourcetag/', principal.tags),
    ]),
  );
  const effects = ['sts:AssumeRole', asked.action].map(
    (action) => decideTrust(trust, { action, principal: { kind: 'Federated', arn, id }, conditions }).effect,
  );
  return effects.includes('Allow') && !effects.includes('ExplicitDeny');
}
