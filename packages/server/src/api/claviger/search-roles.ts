import { arn, identityArn } from '../../context/arn.ts';
import { type Operation, ownOperation } from '../../pipeline/operation.ts';
import { searchRoles } from '../../roles/role-search.ts';
import { instant } from '../../wire/instant.ts';
import {
  foundPage,
  orderParameters,
  PAGE_ANSWER,
  searchOf,
  searchParameters,
} from '../../wire/search-parameters.ts';
import { VERSION } from './version.ts';

/** Operation that searches and orders the roles of an account. */
export const searchRolesOperations: readonly Operation[] = [
  // Lists roles, searched by name, description and id, and ordered.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SearchRoles',
    access: 'read',
    input: { ...searchParameters, ...orderParameters('Name', 'CreateDate') },
    answer: {
      ...PAGE_ANSWER,
      Roles: [
        {
          RoleId: 'string',
          RoleName: 'string',
          Arn: 'string',
          Description: 'string',
          MaxSessionDuration: 'number',
          CreateDate: 'string',
        },
      ],
    },
    // Same permission as RAM's operation, which lists the same.
    authorize: (_, call) => [{ action: 'ram:ListRoles', resource: arn.role(call.account.accountId, '*') }],
    async handle(input, call) {
      const { rows, fields } = foundPage(await searchRoles(call, searchOf(input)), input.MaxItems);
      return {
        ...fields,
        Roles: rows.map((role) => ({
          RoleId: role.role_id,
          RoleName: role.role_name,
          Arn: identityArn.role(role.account_id, role.role_name),
          Description: role.description,
          MaxSessionDuration: role.max_session_seconds,
          CreateDate: instant(role.created_at),
        })),
      };
    },
  }),
];
