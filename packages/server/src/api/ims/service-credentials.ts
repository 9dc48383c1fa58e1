import { Refusal } from '../../errors/refusal.ts';
import { targetUser, targetUserArn } from '../../mfa/target-user.ts';
import { type Call, type Operation, operation } from '../../pipeline/operation.ts';
import {
  createServiceCredential,
  deleteServiceCredential,
  listServiceCredentials,
  requireServiceCredential,
  type ServiceCredentialPosition,
  updateServiceCredential,
} from '../../service-credentials/service-credential.ts';
import { demandOnResource } from '../../settings/own-resource.ts';
import type { ServiceCredentialRow } from '../../store/schema.ts';
import { principalName } from '../../users/user.ts';
import { allUsersArn } from '../../users/user-arn.ts';
import { instant } from '../../wire/instant.ts';
import { flag, integer, oneOf, optional, type Parameter, text, withDefault } from '../../wire/parameter.ts';
import { userNameOf, userPrincipalName, userReference } from './user-reference.ts';

const VERSION = '2019-08-15';

const USER_PARAMETER = 'UserPrincipalName';

const owner = { UserPrincipalName: optional(userPrincipalName) };

type Named = { readonly UserPrincipalName: string | undefined };

const credentialId = text({ max: 64, chars: /^[A-Za-z0-9]+$/ });

const credentialName = text({ max: 128, chars: /^[A-Za-z0-9._-]+$/ });

const hostName = text({ max: 128, chars: /^[A-Za-z0-9.-]+$/ });

/** Service name. Services are named by their hosts, so it is read in lower case. */
const serviceName: Parameter<string> = {
  ...hostName,
  read: (parameterName, wire) => hostName.read(parameterName, wire).toLowerCase(),
};

/** A hundred years: RAM documents no bound, but dates have one. */
const ageDays = integer(1, 36_500);

const demand = (action: string, input: Named, call: Call) => {
  const { UserPrincipalName: principal } = input;
  const userName = principal === undefined ? undefined : userNameOf(principal, call);
  return [demandOnResource(call, action, targetUserArn(call, userName, USER_PARAMETER))];
};

const ownerOf = (input: Named, call: Call) => targetUser(call, userReference(input, call), USER_PARAMETER);

/** Converts a credential; one without expiry has no expiry date. */
const wireCredential = (row: ServiceCredentialRow, userName: string, call: Call) => ({
  CreateTime: instant(row.created_at),
  ExpirationTime: row.expires_at === null ? undefined : instant(row.expires_at),
  ServiceCredentialId: row.service_credential_id,
  ServiceCredentialName: row.credential_name,
  ServiceName: row.service_name,
  Status: row.status,
  UserPrincipalName: principalName(userName, call.account.defaultDomain),
});

/** IMS operations on service credentials of users. */
export const serviceCredentialOperations: readonly Operation[] = [
  // Creates a credential for one service, of a user or the caller. No other answer contains the secret.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'CreateServiceCredential',
    access: 'write',
    security: { effect: 'credential' },
    input: {
      ...owner,
      ServiceCredentialName: credentialName,
      ServiceName: serviceName,
      CredentialAgeDays: optional(ageDays),
    },
    authorize: (input, call) => demand('ram:CreateServiceCredential', input, call),
    async handle(input, call) {
      const user = await ownerOf(input, call);
      const { row, secret } = await createServiceCredential(call, user, {
        name: input.ServiceCredentialName,
        serviceName: input.ServiceName,
        ageDays: input.CredentialAgeDays,
      });
      return {
        ServiceCredential: {
          ...wireCredential(row, user.user_name, call),
          ServiceCredentialSecret: secret,
        },
      };
    },
  }),

  // Returns a credential without its secret.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'GetServiceCredential',
    access: 'read',
    input: { ...owner, ServiceCredentialId: credentialId },
    authorize: (input, call) => demand('ram:GetServiceCredential', input, call),
    async handle(input, call) {
      const user = await ownerOf(input, call);
      const row = await requireServiceCredential(call, user, input.ServiceCredentialId);
      return { ServiceCredential: wireCredential(row, user.user_name, call) };
    },
  }),

  // Lists the credentials of a user, the caller or all users, without secrets.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'ListServiceCredentials',
    access: 'read',
    input: {
      ...owner,
      AllUsers: withDefault(flag(), false),
      ServiceName: optional(serviceName),
      MaxResults: withDefault(integer(1, 100), 10),
      NextToken: optional(text({ max: 1024 })),
    },
    authorize: (input, call) =>
      input.AllUsers
        ? [{ action: 'ram:ListServiceCredentials', resource: allUsersArn(call) }]
        : demand('ram:ListServiceCredentials', input, call),
    async handle(input, call) {
      if (input.AllUsers && input.UserPrincipalName !== undefined) {
        throw new Refusal('InvalidParameter', { reason: 'Give AllUsers or UserPrincipalName, not both.' });
      }
      const found = await listServiceCredentials(call, {
        userId: input.AllUsers ? undefined : (await ownerOf(input, call)).user_id,
        serviceName: input.ServiceName,
        after: positionOf(input.NextToken),
        limit: input.MaxResults + 1,
      });
      const listPage = found.slice(0, input.MaxResults);
      const last = listPage.at(-1);
      const more = found.length > input.MaxResults && last !== undefined;
      return {
        IsTruncated: more,
        MaxResults: input.MaxResults,
        NextToken: more ? tokenOf(last.row) : undefined,
        ServiceCredentials: listPage.map(({ row, userName }) => wireCredential(row, userName, call)),
      };
    },
  }),

  // Renames, enables or disables a credential.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'UpdateServiceCredential',
    access: 'write',
    security: {
      effect: 'revives',
      except: { when: 'without `Status=Active`', applies: ({ Status }) => Status !== 'Active' },
    },
    input: {
      ...owner,
      ServiceCredentialId: credentialId,
      ServiceCredentialName: optional(credentialName),
      Status: optional(oneOf('Active', 'Inactive')),
    },
    authorize: (input, call) => demand('ram:UpdateServiceCredential', input, call),
    async handle(input, call) {
      await updateServiceCredential(call, await ownerOf(input, call), input.ServiceCredentialId, {
        name: input.ServiceCredentialName,
        status: input.Status,
      });
      return {};
    },
  }),

  // Deletes a credential permanently.
  operation({
    product: 'Ims',
    version: VERSION,
    name: 'DeleteServiceCredential',
    access: 'write',
    security: { effect: 'restricts', why: 'takes a credential away' },
    input: { ...owner, ServiceCredentialId: credentialId },
    authorize: (input, call) => demand('ram:DeleteServiceCredential', input, call),
    async handle(input, call) {
      await deleteServiceCredential(call, await ownerOf(input, call), input.ServiceCredentialId);
      return {};
    },
  }),
];

function tokenOf({ created_at: createdAt, service_credential_id: id }: ServiceCredentialRow): string {
  return Buffer.from(`c1:${createdAt}:${id}`).toString('base64url');
}

/** Decodes a page token. @throws Refusal InvalidNextToken if this server did not issue it */
function positionOf(token: string | undefined): ServiceCredentialPosition | undefined {
  if (token === undefined) return undefined;
  const decoded = Buffer.from(token, 'base64url').toString('utf8');
  const [, createdAt, id] = /^c1:(\d{1,15}):([A-Za-z0-9]{1,64})$/.exec(decoded) ?? [];
  if (createdAt === undefined || id === undefined) throw new Refusal('Invalid', { name: 'NextToken' });
  return { createdAt: Number(createdAt), id };
}
