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
import { type RoleReference, sessionLength } from './assume-role.ts';
import { type OpenedSession, openSession } from './open-session.ts';

/** What an identity provider has vouched for, and what is asked for by it. */
export interface FederatedRequest {
  readonly action: 'sts:AssumeRoleWithSAML' | 'sts:AssumeRoleWithOIDC';
  readonly provider: {
    readonly kind: 'saml' | 'oidc';
    readonly providerId: string;
    /** As trust policies name it. */
    readonly arn: string;
  };
  readonly role: RoleReference;
  readonly sessionName: string;
  readonly durationSeconds: number | undefined;
  /** The session is not to last longer, in milliseconds since the epoch; undefined for no such bound. */
  readonly endsBy: number | undefined;
  /** Well-formed. */
  readonly sessionPolicy: string | undefined;
  /** Condition keys of what the provider says, lower-cased. */
  readonly conditions: ReadonlyMap<string, string | readonly string[]>;
}

/** A session that an identity provider's word has opened. */
export interface FederatedSession {
  readonly session: OpenedSession;
  readonly principal: RolePrincipal;
}

/**
 * Opens a session of a role for somebody that an identity provider of the role's account vouches for. No policy of
 * a caller is asked, since there is no caller: the role's trust policy alone decides, about the provider as its
 * `Federated` principal. `acs:PrincipalARN` is the session that is asked for.
 *
 * The session rests on the provider: it ends when that is deleted. A provider speaks for its own account alone.
 *
 * @throws Refusal EntityNotExist.RoleArn, NoPermission, InvalidParameter.*
 */
export async function assumeFederatedRole(
  request: ProvenAnonymousRequest,
  asked: FederatedRequest,
): Promise<FederatedSession> {
  const { accountId } = request.account;
  const account = await readAccount(request.queries, accountId);
  const distrusted = () =>
    new Refusal('NoPermission.Federated', { resource: identityArn.role(accountId, asked.role.roleName) });
  if (account?.status !== 'Active' || asked.role.accountId !== accountId) throw distrusted();
  const role = await findRole(request.queries, accountId, asked.role.roleName);
  if (role === undefined) {
    // An assertion lists the role: its provider knows it. A token lists none, and there are issuers that give one to
    // anybody who asks; so whom they vouch for does not learn which roles there are.
    if (asked.provider.kind === 'oidc') throw distrusted();
    throw new Refusal('EntityNotExist.RoleArn', { name: asked.role.roleName });
  }
  const tags = await readTagValues(request.queries, accountId, 'role', role.role_id);
  const principal = assumedRolePrincipal(accountId, role.role_id, role.role_name, asked.sessionName, tags);
  if (!trusts(role, request, principal, asked)) throw distrusted();
  const end = request.now + sessionLength(asked.durationSeconds, role.max_session_seconds) * 1000;
  const { kind, providerId } = asked.provider;
  const session = await openSession(request, {
    account,
    role,
    sessionName: asked.sessionName,
    sessionPolicy: asked.sessionPolicy,
    sourceIdentity: undefined,
    issuers: [{ type: 'identity-provider', accountId, kind, providerId }],
    end: Math.min(end, asked.endsBy ?? end),
  });
  return { session, principal };
}

/**
 * RAM's own trust policies for identity providers say `sts:AssumeRole`; others name the operation. Either will do,
 * and a Deny of either is a Deny.
 */
function trusts(
  role: RoleRow,
  request: ProvenAnonymousRequest,
  principal: RolePrincipal,
  asked: FederatedRequest,
): boolean {
  const trust = compileTrust(role);
  const { arn, providerId: id } = asked.provider;
  const conditions = new RequestConditions(
    { ...request, principal },
    new Map([...asked.conditions, ...tagConditions('acs:resourcetag/', principal.tags)]),
  );
  const effects = ['sts:AssumeRole', asked.action].map(
    (action) => decideTrust(trust, { action, principal: { kind: 'Federated', arn, id }, conditions }).effect,
  );
  return effects.includes('Allow') && !effects.includes('ExplicitDeny');
}
