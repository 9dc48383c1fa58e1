import { guardArn } from '@claviger/guard/internal';
import { SERVICES_PER_GUARD } from '../../context/limits.ts';
import { assertNotDeniedOnAny, demandsToActAsAnyPrincipal } from '../../guards/act-as-any-principal.ts';
import {
  createGuard,
  deleteGuard,
  type GuardSettings,
  listGuards,
  requireGuard,
  servicesOf,
  setGuardServices,
  setGuardStatus,
} from '../../guards/guard.ts';
import { type Call, type Operation, ownOperation } from '../../pipeline/operation.ts';
import { keysOfGuard } from '../../replication/keys-of-guard.ts';
import type { GuardConnectionRow, GuardRow } from '../../store/schema.ts';
import type { ValueOf } from '../../wire/answer-shape.ts';
import { instant } from '../../wire/instant.ts';
import { afterMarker, page, pageParameters } from '../../wire/page.ts';
import { list, oneOf } from '../../wire/parameter.ts';
import { guardNameText, serviceName } from './guard-name.ts';
import { VERSION } from './version.ts';

const services = list(serviceName, SERVICES_PER_GUARD);

/** A guard in an answer, with its open connections. */
const GUARD = {
  GuardId: 'string',
  GuardName: 'string',
  Services: ['string'],
  Status: 'Active|Disabled',
  AccessKeyId: 'string',
  CreateDate: 'string',
  UpdateDate: 'string',
  Connections: [
    {
      ConnectionId: 'string',
      SourceIp: 'string',
      Version: 'string',
      ConnectDate: 'string',
      ConfirmDate: 'string',
      AgeSeconds: 'number',
    },
  ],
} as const;

/** Returns the permission on one guard; its name is case-sensitive. */
const demand = (action: string, call: Call, name: string) => ({
  action: `claviger:${action}`,
  resource: guardArn(call.account.accountId, name),
});

/** Operations on guards: registered processes that verify requests to services, with the data that this needs. */
export const guardOperations: readonly Operation[] = [
  // Registers a guard. No other answer contains its secret.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'CreateGuard',
    access: 'write',
    sessionOnly: true,
    security: { effect: 'credential' },
    input: { GuardName: guardNameText, Services: services },
    answer: { Guard: GUARD, AccessKey: { AccessKeyId: 'string', AccessKeySecret: 'string' } },
    authorize: (input, call) => [
      demand('CreateGuard', call, input.GuardName),
      ...demandsToActAsAnyPrincipal(call),
    ],
    async handle(input, call) {
      assertNotDeniedOnAny(call.identity.credential);
      const settings: GuardSettings = {
        name: input.GuardName,
        services: input.Services,
        networkPolicy: null,
      };
      const { row, secret } = await createGuard(call, settings);
      return {
        Guard: wireGuard(row, [], call.now),
        AccessKey: { AccessKeyId: row.access_key_id, AccessKeySecret: secret },
      };
    },
  }),

  // Lists the guards of the account with their open connections.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ListGuards',
    access: 'read',
    input: pageParameters(100),
    answer: { IsTruncated: 'boolean', 'Marker?': 'string', Guards: [GUARD] },
    authorize: (_, call) => [demand('ListGuards', call, '*')],
    async handle(input, call) {
      const after = afterMarker(input.Marker);
      const rows = await listGuards(call.queries, call.account.accountId, after, input.MaxItems + 1);
      const listPage = page(rows, input.MaxItems, (row) => row.guard_name_key);
      return {
        IsTruncated: listPage.IsTruncated,
        Marker: listPage.Marker,
        Guards: await connectedGuards(call, listPage.rows),
      };
    },
  }),

  // Returns one guard with its open connections.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'GetGuard',
    access: 'read',
    input: { GuardName: guardNameText },
    answer: { Guard: GUARD },
    authorize: (input, call) => [demand('GetGuard', call, input.GuardName)],
    async handle(input, call) {
      return { Guard: await connectedGuard(call, await requireGuard(call, input.GuardName)) };
    },
  }),

  // Lists the AccessKeys that a guard can verify by itself, and those that it must send to the control plane.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'ListGuardAccessKeys',
    access: 'read',
    input: { GuardName: guardNameText, ...pageParameters(100) },
    answer: {
      IsTruncated: 'boolean',
      'Marker?': 'string',
      AccessKeys: [
        {
          AccessKeyId: 'string',
          UserName: 'string',
          Status: 'Active|Inactive',
          VerifiedBy: 'Guard|ControlPlane',
          Reason: 'string',
        },
      ],
    },
    authorize: (input, call) => [demand('ListGuardAccessKeys', call, input.GuardName)],
    async handle(input, call) {
      const guard = await requireGuard(call, input.GuardName);
      const after = afterMarker(input.Marker);
      const keys = await keysOfGuard(call, servicesOf(guard), after, input.MaxItems + 1);
      const listPage = page(keys, input.MaxItems, (key) => key.accessKeyId);
      return {
        IsTruncated: listPage.IsTruncated,
        Marker: listPage.Marker,
        AccessKeys: listPage.rows.map((key) => ({
          AccessKeyId: key.accessKeyId,
          UserName: key.userName,
          Status: key.status,
          VerifiedBy: key.reason === '' ? ('Guard' as const) : ('ControlPlane' as const),
          Reason: key.reason,
        })),
      };
    },
  }),

  // Sets the services that a guard protects. It may then receive more, so the permission equals that of registering.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetGuardServices',
    access: 'write',
    sessionOnly: true,
    security: { effect: 'grants' },
    input: { GuardName: guardNameText, Services: services },
    answer: { Guard: GUARD },
    authorize: (input, call) => [
      demand('SetGuardServices', call, input.GuardName),
      ...demandsToActAsAnyPrincipal(call),
    ],
    async handle(input, call) {
      assertNotDeniedOnAny(call.identity.credential);
      const guard = await setGuardServices(call, input.GuardName, input.Services);
      return { Guard: await connectedGuard(call, guard) };
    },
  }),

  // Disables or enables a guard; a disabled one receives no more data.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'SetGuardStatus',
    access: 'write',
    security: {
      effect: 'revives',
      except: { when: 'with `Status=Disabled`', applies: ({ Status }) => Status === 'Disabled' },
    },
    input: { GuardName: guardNameText, Status: oneOf('Active', 'Disabled') },
    answer: { Guard: GUARD },
    authorize: (input, call) => [demand('SetGuardStatus', call, input.GuardName)],
    async handle(input, call) {
      const guard = await setGuardStatus(call, input.GuardName, input.Status);
      return { Guard: await connectedGuard(call, guard) };
    },
  }),

  // Deletes a guard and its credential.
  ownOperation({
    product: 'Claviger',
    version: VERSION,
    name: 'DeleteGuard',
    access: 'write',
    security: { effect: 'destroys' },
    input: { GuardName: guardNameText },
    answer: {},
    authorize: (input, call) => [demand('DeleteGuard', call, input.GuardName)],
    async handle(input, call) {
      await deleteGuard(call, input.GuardName);
      return {};
    },
  }),
];

async function connectedGuards(call: Call, rows: readonly GuardRow[]): Promise<ValueOf<typeof GUARD>[]> {
  const connections = await openConnections(call, rows);
  return rows.map((row) => wireGuard(row, connections.get(row.guard_id) ?? [], call.now));
}

async function connectedGuard(call: Call, row: GuardRow): Promise<ValueOf<typeof GUARD>> {
  const connections = await openConnections(call, [row]);
  return wireGuard(row, connections.get(row.guard_id) ?? [], call.now);
}

const openConnections = (call: Call, rows: readonly GuardRow[]) =>
  call.services.guardConnections.list(
    call.queries,
    call.account.accountId,
    rows.map((row) => row.guard_id),
    call.now,
  );

function wireGuard(
  row: GuardRow,
  connections: readonly GuardConnectionRow[],
  now: number,
): ValueOf<typeof GUARD> {
  return {
    GuardId: row.guard_id,
    GuardName: row.guard_name,
    Services: servicesOf(row),
    Status: row.status,
    AccessKeyId: row.access_key_id,
    CreateDate: instant(row.created_at),
    UpdateDate: instant(row.updated_at),
    Connections: connections.map((connection) => ({
      ConnectionId: connection.connection_id,
      SourceIp: connection.source_ip,
      Version: connection.version,
      ConnectDate: instant(connection.connected_at),
      // Time and age of the guard's last complete copy.
      ConfirmDate: instant(connection.confirmed_at),
      AgeSeconds: Math.max(0, Math.round((now - connection.confirmed_at) / 1000)),
    })),
  };
}
