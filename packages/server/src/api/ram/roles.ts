import { aliasOf } from '../../accounts/alias.ts';
import { arn, identityArn } from '../../context/arn.ts';
import { POLICY_DOCUMENT_CHARACTERS } from '../../context/limits.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import {
  createRole,
  deleteRole,
  listRoles,
  requireRole,
  SESSION_SECONDS,
  updateRole,
} from '../../roles/role.ts';
import { storedTrustConditions, trustConditions } from '../../roles/trust-conditions.ts';
import type { RoleRow } from '../../store/schema.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { clearable, flag, integer, jsonDocument, optional, withDefault } from '../../wire/parameter.ts';
import { demandsToTag, filtersOf, newTags, tagFilters, tagsOf, wireTags } from '../tag-fields.ts';
import { description } from './description.ts';
import { roleName } from './role-name.ts';

const VERSION = '2015-05-01';

const trustPolicy = jsonDocument({ max: POLICY_DOCUMENT_CHARACTERS });

const maxSession = integer(SESSION_SECONDS.minimum, SESSION_SECONDS.maximum);

const demand = (action: string, name: string, call: Call) => [
  { action, resource: arn.role(call.account.accountId, name) },
];

/** Converts a role of a list, without its trust policy. */
function wireListedRole(role: RoleRow) {
  return {
    RoleId: role.role_id,
    RoleName: role.role_name,
    Arn: identityArn.role(role.account_id, role.role_name),
    Description: role.description,
    CreateDate: instant(role.created_at),
    MaxSessionDuration: role.max_session_seconds,
    AllowConsoleLogin: role.allow_console_login === 1,
  };
}

/** Returns the name of a role with the domain of its account, as RAM writes it. */
const rolePrincipalName = (call: Call, role: RoleRow) =>
  `${role.role_name}@role.${aliasOf(call)}.onaliyunservice.com`;

const wireRole = (role: RoleRow) => ({
  ...wireListedRole(role),
  AssumeRolePolicyDocument: role.assume_role_policy,
});

/** RAM operations on roles. */
export const roleOperations: readonly Operation[] = [
  // Creates a role.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'CreateRole',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      RoleName: roleName,
      AssumeRolePolicyDocument: trustPolicy,
      Description: optional(description),
      MaxSessionDuration: withDefault(maxSession, SESSION_SECONDS.byDefault),
      AllowConsoleLogin: withDefault(flag(), false),
      Tag: newTags,
    },
    authorize: (input, call) => [
      {
        action: 'ram:CreateRole',
        resource: arn.role(call.account.accountId, input.RoleName),
        conditions: trustConditions(input.AssumeRolePolicyDocument),
      },
      ...demandsToTag(arn.role(call.account.accountId, input.RoleName), input.Tag),
    ],
    async handle(input, call) {
      const role = await createRole(call, {
        name: input.RoleName,
        trustPolicy: input.AssumeRolePolicyDocument,
        description: input.Description ?? '',
        maxSessionSeconds: input.MaxSessionDuration,
        allowConsoleLogin: input.AllowConsoleLogin,
        tags: tagsOf(input.Tag),
      });
      return { Role: wireRole(role) };
    },
  }),

  // Returns a role with its trust policy.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetRole',
    access: 'read',
    input: { RoleName: roleName },
    authorize: (input, call) => demand('ram:GetRole', input.RoleName, call),
    async handle(input, call) {
      const role = await requireRole(call, input.RoleName);
      return {
        Role: {
          ...wireRole(role),
          UpdateDate: instant(role.updated_at),
          IsServiceLinkedRole: role.linked_service !== null,
          // Absent: deletions of service-linked roles are complete when they are answered.
          LatestDeletionTask: undefined,
          RolePrincipalName: rolePrincipalName(call, role),
        },
      };
    },
  }),

  // Changes a role's trust policy, description, maximum session duration or whether it can sign in to the console.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'UpdateRole',
    access: 'write',
    security: {
      effect: 'grants',
      except: {
        when: 'with `NewDescription` only',
        applies: (input) =>
          input.NewAssumeRolePolicyDocument === undefined &&
          input.NewMaxSessionDuration === undefined &&
          input.NewAllowConsoleLogin === undefined,
      },
    },
    input: {
      RoleName: roleName,
      NewAssumeRolePolicyDocument: optional(trustPolicy),
      NewDescription: clearable(description),
      NewMaxSessionDuration: optional(maxSession),
      NewAllowConsoleLogin: optional(flag()),
    },
    async authorize(input, call) {
      const written = input.NewAssumeRolePolicyDocument;
      return [
        {
          action: 'ram:UpdateRole',
          resource: arn.role(call.account.accountId, input.RoleName),
          conditions:
            written === undefined
              ? await storedTrustConditions(call, input.RoleName)
              : trustConditions(written),
        },
      ];
    },
    async handle(input, call) {
      const role = await updateRole(call, input.RoleName, {
        trustPolicy: input.NewAssumeRolePolicyDocument,
        description: input.NewDescription,
        maxSessionSeconds: input.NewMaxSessionDuration,
        allowConsoleLogin: input.NewAllowConsoleLogin,
      });
      return { Role: { ...wireRole(role), UpdateDate: instant(role.updated_at) } };
    },
  }),

  // Deletes a role without policies, and ends its sessions.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'DeleteRole',
    access: 'write',
    security: { effect: 'destroys' },
    input: { RoleName: roleName },
    authorize: (input, call) => demand('ram:DeleteRole', input.RoleName, call),
    async handle(input, call) {
      await deleteRole(call, input.RoleName);
      return {};
    },
  }),

  // Lists the roles of the account, by name.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'ListRoles',
    access: 'read',
    input: { ...pageParameters(1000, 100), Tag: tagFilters },
    authorize: (_, call) => demand('ram:ListRoles', '*', call),
    async handle(input, call) {
      const found = await listRoles(
        call,
        filtersOf(input.Tag),
        afterMarker(input.Marker),
        input.MaxItems + 1,
      );
      const { rows, IsTruncated, Marker } = page(found, input.MaxItems, (role) => role.role_name_key);
      const tags = await wireTags(
        call,
        'role',
        rows.map((role) => role.role_id),
      );
      return {
        IsTruncated,
        Marker,
        Roles: {
          Role: rows.map((role) => ({
            ...wireListedRole(role),
            UpdateDate: instant(role.updated_at),
            Tags: tags(role.role_id),
          })),
        },
      };
    },
  }),
];
