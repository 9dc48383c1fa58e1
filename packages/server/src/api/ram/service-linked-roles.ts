import { findServiceLinkedRole } from '@claviger/catalogue';
import { arn, identityArn } from '../../context/arn.ts';
import { Refusal } from '../../errors/refusal.ts';
import { type Operation, operation } from '../../pipeline/operation.ts';
import {
  createServiceLinkedRole,
  deleteServiceLinkedRole,
  linkedRoleDescription,
  requireLinkedRoleTemplate,
} from '../../policies/service-linked-role.ts';
import { findRole } from '../../roles/role.ts';
import { instant } from '../../wire/instant.ts';
import { optional, text } from '../../wire/parameter.ts';
import { description } from './description.ts';
import { roleName } from './role-name.ts';

const VERSION = '2015-05-01';

/** `polardb.aliyuncs.com` */
const serviceName = text({ max: 128, chars: /^[a-z0-9.-]+$/ });

/** Condition key of the service whose role is created or deleted. */
const SERVICE_NAME = 'ram:servicename';

/** RAM operations on service-linked roles. */
export const serviceLinkedRoleOperations: readonly Operation[] = [
  // Creates the service-linked role of a service.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'CreateServiceLinkedRole',
    access: 'write',
    security: { effect: 'grants' },
    input: {
      ServiceName: serviceName,
      CustomSuffix: optional(text({ max: 64, chars: /^[A-Za-z0-9.-]+$/ })),
      Description: optional(description),
    },
    authorize: (input, call) => [
      {
        action: 'ram:CreateServiceLinkedRole',
        // A policy can name the role before it exists.
        resource: arn.role(call.account.accountId, findServiceLinkedRole(input.ServiceName)?.role ?? '*'),
        conditions: new Map([[SERVICE_NAME, [input.ServiceName]]]),
      },
    ],
    async handle(input, call) {
      if (input.CustomSuffix !== undefined) {
        throw new Refusal('InvalidParameter', {
          reason: 'No service has more than one service-linked role here: leave out CustomSuffix.',
        });
      }
      const role = await createServiceLinkedRole(call, input.ServiceName);
      return {
        Role: {
          RoleId: role.role_id,
          RoleName: role.role_name,
          Arn: identityArn.role(role.account_id, role.role_name),
          Description: role.description,
          AssumeRolePolicyDocument: role.assume_role_policy,
          CreateDate: instant(role.created_at),
          IsServiceLinkedRole: true,
        },
      };
    },
  }),

  // Deletes a service-linked role.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'DeleteServiceLinkedRole',
    access: 'write',
    security: { effect: 'destroys' },
    input: { RoleName: roleName },
    async authorize(input, call) {
      const role = await findRole(call.queries, call.account.accountId, input.RoleName);
      const service = role?.linked_service ?? undefined;
      return [
        {
          action: 'ram:DeleteServiceLinkedRole',
          resource: arn.role(call.account.accountId, input.RoleName),
          ...(service !== undefined && { conditions: new Map([[SERVICE_NAME, [service]]]) }),
        },
      ];
    },
    async handle(input, call) {
      return {
        DeletionTaskId: await deleteServiceLinkedRole(call, input.RoleName, call.requestId.toLowerCase()),
      };
    },
  }),

  // Returns what the service-linked role of a service will be.
  operation({
    product: 'Ram',
    version: VERSION,
    name: 'GetServiceLinkedRoleTemplate',
    access: 'read',
    input: { ServiceName: serviceName },
    authorize: (_, call) => [
      { action: 'ram:GetServiceLinkedRoleTemplate', resource: arn.role(call.account.accountId, '*') },
    ],
    async handle(input) {
      const template = requireLinkedRoleTemplate(input.ServiceName);
      return {
        ServiceLinkedRoleTemplate: {
          ServiceName: template.service,
          RoleNamePrefix: template.role,
          SystemPolicyName: template.policy,
          MultipleRolesAllowed: false,
          RoleDescriptions: {
            RoleDescription: [
              { Language: 'en', Description: linkedRoleDescription(template) },
              { Language: 'zh', Description: `${template.service} 的服务关联角色。` },
            ],
          },
        },
      };
    },
  }),
];
