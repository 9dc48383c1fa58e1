import type { CredentialProblem } from '@claviger/guard';
import { KeyAgreement, type ResolvedStsSession } from '@claviger/guard/replication';
import { acs3Verifier } from '@claviger/signature';
import { type SessionOfToken, sessionOfToken } from '../tokens/session-of-token.ts';
import { accountOfToken } from '../tokens/session-token.ts';
import { isVerifiedByGuard, PolicyReach, type Reach } from './policy-reach.ts';
import { guardOf, requireSecure, sealerFor, servicesFor, staleNamesFor } from './replicate.ts';
import type { ReplicationContext } from './replication-context.ts';

/** A session that a guard asks about. */
export interface SessionQuestion {
  readonly accessKeyId: string;
  readonly token: string;
  /** The guard's own, for this call: X25519, Base64url. */
  readonly publicKey: string;
  /** RAM codes of the services that the guard protects at present; undefined: all that it is registered for. */
  readonly services: readonly string[] | undefined;
}

/** What is answered about a token: why there is no session, or the session, sealed to the guard. */
export type SessionAnswer =
  | { readonly Problem: CredentialProblem }
  | { readonly PublicKey: string; readonly Sealed: string };

/**
 * Says what a guard needs to know of a session of its own account. What the token says is sealed with the account's
 * data key, which no guard has. It is read from the database and not from memory: what the guard heard of a change
 * before it asked must be part of the answer.
 * @throws Refusal InvalidProtocol.NeedSsl, InvalidParameter.PublicKey.Format
 */
export async function resolveSession(
  call: ReplicationContext,
  { accessKeyId, token, publicKey, services }: SessionQuestion,
): Promise<SessionAnswer> {
  const { identity } = call;
  requireSecure(call);
  const agreement = new KeyAgreement();
  const sealer = sealerFor(call, identity, 'session', agreement, publicKey);
  const accountId = accountOfToken(token);
  if (accountId !== undefined && accountId !== call.account.accountId) {
    return { Problem: 'InvalidAccessKeyId.NotFound' };
  }
  const { store, secrets } = call.services;
  const session = await sessionOfToken(store.queries, secrets, accessKeyId, token, call.now);
  if (typeof session === 'string') return { Problem: session };
  const guarded = servicesFor(guardOf(call, 'ResolveSecurityToken'), services);
  const names = staleNamesFor(identity);
  const resolved: ResolvedStsSession = {
    verifier: isVerifiedByGuard(reachOf(session, guarded))
      ? acs3Verifier(session.token.secret).toString('base64')
      : null,
    status: session.account.status === 'Active' ? 'Active' : 'Inactive',
    expiresAt: session.expiresAt,
    roleId: session.role.role_id,
    roleName: session.role.role_name,
    sessionName: session.token.sessionName,
    policies: session.policies,
    sessionPolicy: session.token.sessionPolicy ?? null,
    mfaPresent: session.token.mfaPresent,
    tags: [...(session.tags ?? [])].flatMap(([key, values]) => values.flatMap((value) => [key, value])),
    madeFrom: session.dependsOn.map((dependency) => names.ofDependency(dependency)),
  };
  const sealed = sealer.seal(Buffer.from(JSON.stringify(resolved)));
  return { PublicKey: agreement.publicKey, Sealed: sealed.toString('base64') };
}

/** How far a session reaches: both its role and its own policy have to allow. */
function reachOf({ policies, token }: SessionOfToken, guarded: readonly string[]): Reach {
  const reach = new PolicyReach(guarded);
  const ofRole = PolicyReach.ofAll(policies.map(({ name, text }) => reach.of(name, text)));
  if (token.sessionPolicy === undefined) return ofRole;
  const own = reach.of('', token.sessionPolicy);
  return {
    serves: ofRole.serves && own.serves,
    changesIdentities: ofRole.changesIdentities && own.changesIdentities,
  };
}
