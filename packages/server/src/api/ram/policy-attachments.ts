import { arn, identityArn } from '../../context/arn.ts';
import { MOST_UNPAGED_ROWS } from '../../context/limits.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import {
  attachPolicy,
  detachPolicy,
  type HolderReference,
  listAttachedPolicies,
  listEntities,
} from '../../policies/attachment.ts';
import { storedTrustConditions } from '../../roles/trust-conditions.ts';
import { instant } from '../../wire/instant.ts';
import { optional, type Parameter, text } from '../../wire/parameter.ts';
import { groupName } from '../group-parameters.ts';
import { type PolicyInput, policyArn, policyParameters, policyReference } from './policy-name.ts';
import { roleName } from './role-name.ts';
import { userName } from './user-name.ts';

const VERSION = '2015-05-01';

/** The three types of principals that policies attach to, with their operations and parameters. */
const HOLDER_TYPES: readonly {
  readonly word: 'User' | 'Group' | 'Role';
  readonly type: HolderReference['type'];
  readonly name: Parameter<string>;
}[] = [
  { word: 'User', type: 'user', name: userName },
  { word: 'Group', type: 'group', name: groupName },
  { word: 'Role', type: 'role', name: roleName },
];

const holderArn = (call: Call, { type, name }: HolderReference) => arn[type](call.account.accountId, name);

/** Attaching a policy needs the permission on the principal and on the policy. */
const demandsOnHolderAndPolicy = (
  action: string,
  holder: HolderReference,
  input: PolicyInput,
  call: Call,
) => [
  { action, resource: holderArn(call, holder) },
  { action, resource: policyArn(call, policyReference(input)) },
];

/** An attachment for one resource group must not become one for the whole account. */
function assertNoResourceGroup(input: { readonly ResourceGroupId: string | undefined }): void {
  if (input.ResourceGroupId === undefined) return;
  throw new Refusal('InvalidParameter', {
    reason: 'Claviger has no resource groups: leave out ResourceGroupId to mean the whole account.',
  });
}

const attachmentParameters = { ...policyParameters, ResourceGroupId: optional(text({ max: 64 })) };

/** RAM operations that attach, detach and list policies. */
export const policyAttachmentOperations: readonly Operation[] = [
  ...HOLDER_TYPES.flatMap(({ word, type, name: holderName }) => {
    const parameter = `${word}Name`;
    const holder = { [parameter]: holderName };
    const holderOf = (input: Readonly<Record<string, unknown>>): HolderReference => ({
      type,
      name: input[parameter] as string,
    });
    const attach = `AttachPolicyTo${word}` as const;
    const detach = `DetachPolicyFrom${word}` as const;
    const list = `ListPoliciesFor${word}` as const;
    return [
      // Attaches a policy to a user, group or role.
      operation({
        product: 'Ram',
        version: VERSION,
        name: attach,
        access: 'write',
        security: { effect: 'grants' },
        input: { ...holder, ...attachmentParameters },
        async authorize(input, call) {
          const reference = holderOf(input);
          const demands = demandsOnHolderAndPolicy(`ram:${attach}`, reference, input, call);
          if (type !== 'role') return demands;
          const conditions = await storedTrustConditions(call, reference.name);
          return demands.map((demand) => ({ ...demand, conditions }));
        },
        async handle(input, call) {
          assertNoResourceGroup(input);
          await attachPolicy(call, policyReference(input), holderOf(input));
          return {};
        },
      }),

      // Detaches a policy.
      operation({
        product: 'Ram',
        version: VERSION,
        name: detach,
        access: 'write',
        security: { effect: 'loosens' },
        input: { ...holder, ...attachmentParameters },
        authorize: (input, call) => demandsOnHolderAndPolicy(`ram:${detach}`, holderOf(input), input, call),
        async handle(input, call) {
          assertNoResourceGroup(input);
          await detachPolicy(call, policyReference(input), holderOf(input));
          return {};
        },
      }),

      // Lists the policies attached to a user, group or role; for a user without those of its groups.
      operation({
        product: 'Ram',
        version: VERSION,
        name: list,
        access: 'read',
        input: holder,
        authorize: (input, call) => [{ action: `ram:${list}`, resource: holderArn(call, holderOf(input)) }],
        async handle(input, call) {
          const attached = await listAttachedPolicies(call, holderOf(input));
          return {
            Policies: {
              Policy: attached.map(({ policy, attachedAt }) => ({
                PolicyName: policy.name,
                PolicyType: policy.type,
                Description: policy.description,
                DefaultVersion: policy.defaultVersion,
                AttachDate: instant(attachedAt),
              })),
            },
          };
        },
      }),
    ];
  }),

  // Lists the principals that have a policy; RAM's operation has no pages.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListEntitiesForPolicy',
    access: 'read',
    input: policyParameters,
    authorize: (input, call) => [
      { action: 'ram:ListEntitiesForPolicy', resource: policyArn(call, policyReference(input)) },
    ],
    async handle(input, call) {
      const found = await listEntities(call, policyReference(input), MOST_UNPAGED_ROWS + 1);
      const users = found.users.slice(0, MOST_UNPAGED_ROWS);
      const groups = found.groups.slice(0, MOST_UNPAGED_ROWS);
      const roles = found.roles.slice(0, MOST_UNPAGED_ROWS);
      if ([found.users, found.groups, found.roles].some((rows) => rows.length > MOST_UNPAGED_ROWS)) {
        call.warn(`Only ${MOST_UNPAGED_ROWS} users, groups and roles each are in the answer; there are more`);
      }
      return {
        Users: {
          User: users.map((user) => ({
            UserId: user.user_id,
            UserName: user.user_name,
            DisplayName: user.display_name,
            AttachDate: instant(user.attached_at),
          })),
        },
        Groups: {
          Group: groups.map((group) => ({
            GroupName: group.group_name,
            Comments: group.comments,
            AttachDate: instant(group.attached_at),
          })),
        },
        Roles: {
          Role: roles.map((role) => ({
            RoleId: role.role_id,
            RoleName: role.role_name,
            Arn: identityArn.role(role.account_id, role.role_name),
            Description: role.description,
            AttachDate: instant(role.attached_at),
          })),
        },
      };
    },
  }),
];
