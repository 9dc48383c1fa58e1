import type { CredentialProblem } from '@claviger/guard';
import { KeyAgreement, type ResolvedStsSession } from '@claviger/guard/replication';
import { acs3Verifier } from '@claviger/signature';
import { type StsSessionOfToken, stsSessionOfToken } from '../tokens/sts-session-of-token.ts';
import { accountOfToken } from '../tokens/sts-token.ts';
import { isVerifiedByGuard, PolicyReach, type Reach } from './policy-reach.ts';
import { assertSecureConnection, dependencyNamesFor, guardOf, sealerFor, servicesFor } from './replicate.ts';
import type { ReplicationContext } from './replication-context.ts';

/** Session that a guard asks about. */
export interface StsSessionQuery {
  readonly accessKeyId: string;
  readonly token: string;
  /** Public key of the guard for this call: X25519, Base64url. */
  readonly publicKey: string;
  /** RAM codes of the services that the guard protects at present; `undefined`: all that it is registered for. */
  readonly services: readonly string[] | undefined;
}

/** Answer about a token: the session, sealed to the guard, or the reason that there is no valid one. */
export type StsSessionAnswer =
  | { readonly Problem: CredentialProblem; readonly Detail?: CredentialProblem }
  | { readonly PublicKey: string; readonly Sealed: string };

/**
 * Returns what a guard needs to know of an STS session of its own account. The token is sealed with the account's
 * data key, which no guard has. The session is read from the database and not from memory: the answer must include
 * every change that the guard received before it asked.
 * @throws Refusal InvalidProtocol.NeedSsl, InvalidParameter.PublicKey.Format
 */
export async function resolveStsSession(
  call: ReplicationContext,
  { accessKeyId, token, publicKey, services }: StsSessionQuery,
): Promise<StsSessionAnswer> {
  const { identity } = call;
  assertSecureConnection(call);
  const agreement = new KeyAgreement();
  const sealer = sealerFor(call, identity, 'session', agreement, publicKey);
  const accountId = accountOfToken(token);
  if (accountId !== undefined && accountId !== call.account.accountId) {
    return { Problem: 'InvalidAccessKeyId.NotFound' };
  }
  const { store, secrets } = call.services;
  const session = await stsSessionOfToken(store.queries, secrets, accessKeyId, token, call.now);
  if (typeof session === 'string') return problemAnswer(session);
  const guarded = servicesFor(guardOf(call, 'ResolveSecurityToken'), services);
  const names = dependencyNamesFor(identity);
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

/** Guards of earlier releases know no other problem of a session that is over. */
function problemAnswer(problem: CredentialProblem): StsSessionAnswer {
  return problem === 'InvalidSecurityToken.AccessKeyDisabled'
    ? { Problem: 'InvalidAccessKeyId.NotFound', Detail: problem }
    : { Problem: problem };
}

/** Returns the reach of a session: the intersection of its role's and its own policy's. */
function reachOf({ policies, token }: StsSessionOfToken, guarded: readonly string[]): Reach {
  const reach = new PolicyReach(guarded);
  const ofRole = PolicyReach.ofAll(policies.map(({ name, text }) => reach.of(name, text)));
  if (token.sessionPolicy === undefined) return ofRole;
  const own = reach.of('', token.sessionPolicy);
  return {
    serves: ofRole.serves && own.serves,
    changesIdentities: ofRole.changesIdentities && own.changesIdentities,
  };
}
