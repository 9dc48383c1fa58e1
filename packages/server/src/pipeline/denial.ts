import {
  type AccessDeniedDetail,
  accessDeniedDetail,
  authPrincipal,
  type Demand,
} from '@claviger/guard/internal';
import type { SessionDecision } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';
import { isTrustCondition } from '../roles/trust-conditions.ts';
import type { SealPlace } from '../secrets/sealed-columns.ts';
import type { Call } from './operation.ts';

/** Reason of a denial, with the field names of `DecodeDiagnosticMessage`. */
export interface Diagnostic {
  readonly AuthAction: string;
  readonly AuthResource: string;
  readonly AuthPrincipal: ReturnType<typeof authPrincipal>;
  readonly AuthConditions: readonly {
    readonly ConditionKey: string;
    readonly ConditionValues: readonly string[];
  }[];
  readonly ExplicitDeny: boolean;
  readonly MatchedPolicies: readonly {
    readonly AttachedEntityType?: 'RamUser' | 'RamGroup' | 'RamRole';
    readonly AttachedScope: 'Account';
    readonly Effect: 'Deny';
    readonly PolicyIdentifier: string;
    readonly PolicyType: string;
    readonly PolicyVersion?: string;
  }[];
  readonly NoPermissionPolicyType: string;
}

/** Binding of the sealed text, so that no other ciphertext of the account opens as a diagnostic. */
const DIAGNOSTIC_PLACE: SealPlace = { purpose: 'diagnostic-message', id: '', owner: '' };

/**
 * Returns the refusal of an action that no policy allows, or that one denies. It names what was missing, and carries
 * the whole reason sealed with the account's data key, for `DecodeDiagnosticMessage`.
 * @param call that was refused
 * @param demand the first that was not allowed
 * @param decision on that demand
 */
export async function createDenial(call: Call, demand: Demand, decision: SessionDecision): Promise<Refusal> {
  const detail = accessDeniedDetail(call.principal, demand, decision);
  const shown = demand.shown ?? demand.resource;
  const diagnostic: Diagnostic = {
    AuthAction: demand.action,
    AuthResource: demand.resource,
    AuthPrincipal: authPrincipal(call.principal),
    AuthConditions: [
      { ConditionKey: 'acs:SourceIp', ConditionValues: [call.identity.sourceAddress] },
      { ConditionKey: 'acs:SecureTransport', ConditionValues: [String(call.identity.secure)] },
      ...[...(demand.conditions ?? [])].filter(isTold).map(([ConditionKey, value]) => ({
        ConditionKey,
        ConditionValues: [value].flat(),
      })),
    ],
    ExplicitDeny: decision.effect === 'ExplicitDeny',
    MatchedPolicies: await matchedPolicies(call, decision),
    NoPermissionPolicyType: detail.PolicyType,
  };
  const sealed: AccessDeniedDetail = {
    ...detail,
    EncodedDiagnosticMessage: await call.services.secrets.seal(
      call.account.accountId,
      call.account.wrappedDataKey,
      padToFixedLength(demand.resource, JSON.stringify(diagnostic)),
      DIAGNOSTIC_PLACE,
    ),
  };
  return new Refusal('NoPermission', { resource: shown, action: demand.action }, sealed);
}

/** Tags and trust policy of the resource are left out: the caller may not be allowed to read them. */
const isTold = ([key]: readonly [string, unknown]) =>
  !key.startsWith('acs:resourcetag/') && !isTrustCondition(key);

/** Longer than the resource of any user, group, role, policy or provider. */
const LONGEST_NAMED_RESOURCE = 256;

/**
 * Returns the JSON text padded with blanks, so that the length of the sealed text does not depend on the length of
 * the resource: it would reveal whether a requested id has a name.
 */
function padToFixedLength(resource: string, json: string): string {
  return json + ' '.repeat(Math.max(0, LONGEST_NAMED_RESOURCE - resource.length));
}

/**
 * Opens the encoded message of a denial.
 * @param encoded as in the refusal
 * @throws SecretUnreadable if it was altered, or is of another account
 */
export async function openDiagnostic(scope: Scope, encoded: string): Promise<Diagnostic> {
  const { accountId, wrappedDataKey } = scope.account;
  const { secrets } = scope.services;
  // Messages sealed in the first form, by earlier releases, are bound to their purpose as well.
  const text = secrets.isFirstForm(encoded)
    ? await secrets.openFirstForm(accountId, wrappedDataKey, encoded, DIAGNOSTIC_PLACE.purpose)
    : await secrets.open(accountId, wrappedDataKey, encoded, DIAGNOSTIC_PLACE);
  return JSON.parse(text) as Diagnostic;
}

/** Returns the policy that denied, if one did, and what it is attached to. */
async function matchedPolicies(
  call: Call,
  { policy, by }: SessionDecision,
): Promise<Diagnostic['MatchedPolicies']> {
  if (policy === undefined) return [];
  const matched = {
    AttachedScope: 'Account',
    Effect: 'Deny',
    PolicyIdentifier: policy.name,
    PolicyType: policy.type,
    ...(policy.version === undefined ? {} : { PolicyVersion: policy.version }),
  } as const;
  if (by === 'session') return [matched];
  return [{ ...matched, AttachedEntityType: await attachedTo(call, policy.name) }];
}

async function attachedTo(call: Call, policyName: string): Promise<'RamUser' | 'RamGroup' | 'RamRole'> {
  if (call.principal.type !== 'ram-user') return 'RamRole';
  const direct = await call.queries
    .selectFrom('policy_attachments')
    .select('attached_at')
    .where('account_id', '=', call.account.accountId)
    .where('principal_type', '=', 'user')
    .where('principal_id', '=', call.principal.userId)
    .where('policy_name_key', '=', policyName.toLowerCase())
    .executeTakeFirst();
  return direct === undefined ? 'RamGroup' : 'RamUser';
}
