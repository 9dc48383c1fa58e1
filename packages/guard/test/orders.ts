import { randomUUID } from 'node:crypto';
import { type CompiledPolicies, compilePolicies, parsePolicy } from '@claviger/policy';
import { type SignedRequest, SigningKey, type SignOptions, signRequest } from '@claviger/signature';
import {
  type Credential,
  type CredentialLookup,
  type CredentialSource,
  createGuard,
  type GuardRequest,
  parseServiceMap,
  type ServiceGuard,
  type ServiceGuardOptions,
} from '../src/index.ts';

export const accountId = '1803869963967015';
export const noon = Date.UTC(2026, 10, 24, 12);

/** A service as a small team might have it. */
export const ordersMap = `
service: orders
region: cn-hangzhou
routes:
  - { route: GET /orders, action: ListOrders, resource: order/* }
  - { route: POST /orders, action: CreateOrder, resource: order/* }
  - route: GET /orders/{orderId}
    action: GetOrder
    resource: order/{orderId}
    conditions:
      orders:Channel: query.channel
      orders:Tenant: header.x-acs-tenant
      orders:Order: path.orderId
  - { route: 'PUT /orders/{orderId}', action: UpdateOrder, resource: 'order/{orderId}' }
  - { route: 'DELETE /orders/{orderId}', action: DeleteOrder, resource: 'order/{orderId}' }
  - { route: GET /orders/export, action: ExportOrders, resource: export }
  - { route: 'GET /orders/{orderId}/items/{itemId}', action: GetItem, resource: 'order/{orderId}/item/{itemId}' }
  - { route: 'GET /files/{path+}', action: GetFile, resource: 'file/{path}' }
  - { route: 'PUT /files/{path+}', action: PutFile, resource: 'file/{path}' }
`;

const orders = parseServiceMap(ordersMap);

/** An AccessKey as its owner has it. */
export interface Key {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

/** Statements of one policy, as JSON has them. */
export type Statements = readonly Readonly<Record<string, unknown>>[];

/** Keys and what they may, in memory; a change counts at once. */
export class Keys implements CredentialSource {
  readonly #credentials = new Map<string, Credential>();

  /** A RAM user with one key. @param statements of its one policy; none: nothing is allowed */
  addUser(userName: string, statements: Statements, more: Partial<Credential> = {}): Key {
    const key = { accessKeyId: `LTAI5t${userName}`, accessKeySecret: `secret-of-${userName}` };
    this.#credentials.set(key.accessKeyId, {
      accessKeyId: key.accessKeyId,
      kind: 'permanent',
      signingKey: SigningKey.fromSecret(key.accessKeySecret),
      status: 'Active',
      expiresAt: undefined,
      principal: {
        type: 'ram-user',
        accountId,
        arn: `acs:ram::${accountId}:user/${userName}`,
        userId: `2${userName}`,
        userName,
      },
      networkRestriction: undefined,
      permissions: permissionsOf(statements),
      sessionPolicy: undefined,
      ...more,
    });
    return key;
  }

  change(key: Key, changed: Partial<Credential>): void {
    const credential = this.#credentials.get(key.accessKeyId);
    if (credential === undefined) throw new Error(`no such key: ${key.accessKeyId}`);
    this.#credentials.set(key.accessKeyId, { ...credential, ...changed });
  }

  find(accessKeyId: string): CredentialLookup {
    return this.#credentials.get(accessKeyId) ?? 'InvalidAccessKeyId.NotFound';
  }
}

/** One custom policy, compiled; without statements none at all. */
export function permissionsOf(statements: Statements): CompiledPolicies {
  if (statements.length === 0) return compilePolicies([]);
  const parsed = parsePolicy(JSON.stringify({ Version: '1', Statement: statements }), 'identity');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return compilePolicies([{ name: 'of-test', type: 'Custom', document: parsed.document }]);
}

/** A guard before the orders service, at noon unless told otherwise. */
export function ordersGuard(
  source: CredentialSource,
  options: Partial<ServiceGuardOptions> = {},
): ServiceGuard {
  return createGuard({ source, service: orders, now: () => noon, ...options });
}

/** What to send. */
export interface Call {
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
}

/** Signs a call as the official clients do. ACS3 at noon, with a fresh nonce, unless told otherwise. */
export function sign(key: Key, call: Call, options: Partial<SignOptions> = {}): SignedRequest {
  const { method = 'GET', target, headers = [], body = '' } = call;
  return signRequest(
    {
      method,
      target,
      headers: headers.some(([name]) => name === 'host')
        ? headers
        : [['host', 'orders.example.com'], ...headers],
      body: typeof body === 'string' ? Buffer.from(body) : body,
    },
    key,
    { scheme: 'ACS3-HMAC-SHA256', now: noon, nonce: randomUUID(), ...options } as SignOptions,
  );
}

/** A signed request as it arrives over a connection from a client. */
export function arriving(request: SignedRequest, more: Partial<GuardRequest> = {}): GuardRequest {
  return { peerAddress: '203.0.113.7', secure: false, ...request, ...more };
}
