import {
  type Credential,
  compileNetworkPolicy,
  createGuard,
  type GuardRequest,
  NonceMemory,
  parseNetworkPolicy,
  parseServiceMap,
} from '@claviger/guard';
import { compilePolicies, parsePolicy } from '@claviger/policy';
import { parseSignature, SigningKey, signRequest, verifySignature } from '@claviger/signature';
import { bareHashes, bareRequest } from './bare-hashes.ts';
import { interleaved, nanoseconds, progress, type Row, row } from './ratio.ts';

const calls = 10_000;
const now = Date.parse('2026-11-24T08:00:00Z');
const accountId = '1234567890123456';
const accessKeyId = 'LTAI5tBenchBenchBenchBen';
const accessKeySecret = 'benchBenchBenchBenchBenchBench';
const bodyBytes = 1024;

/** The service of the examples: some routes that are not asked for stand beside the one that is. */
const ordersMap = parseServiceMap(`
service: orders
region: cn-hangzhou
routes:
  - { route: GET /orders, action: ListOrders, resource: order/* }
  - { route: POST /orders, action: CreateOrder, resource: order/* }
  - { route: 'GET /orders/{orderId}', action: GetOrder, resource: 'order/{orderId}' }
  - { route: 'PUT /orders/{orderId}', action: UpdateOrder, resource: 'order/{orderId}' }
  - { route: 'DELETE /orders/{orderId}', action: CancelOrder, resource: 'order/{orderId}' }
`);

/** What `guard.check` costs: signature, nonce, network rule, route, decision; beside the bare hashes. */
export function guardRows(): Row[] {
  progress('guard: signing requests');
  const withoutBody = measure(new Uint8Array(0));
  const withBody = measure(Buffer.alloc(bodyBytes, '{'));
  const plain = 'times the bare hashes by createHash and createHmac';
  const fastest = 'times the bare hashes, one-shot with a prepared key';
  return [
    row('guard.check.over-plain-bare', withoutBody.ratio('check', 'plain'), plain, '<= 2.5'),
    row('guard.check.over-fastest-bare', withoutBody.ratio('check', 'fastest'), fastest, '<= 2.5'),
    row(
      'guard.check.with-body.over-plain-bare',
      withBody.ratio('check', 'plain'),
      `${plain}, 1 KiB`,
      '<= 2.5',
    ),
    row(
      'guard.check.with-body.over-fastest-bare',
      withBody.ratio('check', 'fastest'),
      `${fastest}, 1 KiB`,
      '<= 2.5',
    ),
    row('guard.check.over-verify', withoutBody.ratio('check', 'verify'), 'times parsing and verifying alone'),
    row('guard.check.rate', 1e9 / withoutBody.median('check'), 'requests/s a core'),
    row('guard.refuse.rate', 1e9 / withoutBody.median('refuse'), "denials/s a core, with RAM's error"),
  ];
}

function measure(body: Uint8Array) {
  const allowed = signedRequests('PUT', body);
  const denied = signedRequests('DELETE', body);
  const bare = bareHashes(accessKeySecret);
  const bareRequests = allowed.map(bareRequest);
  for (const request of bareRequests) {
    if (bare.fastest(request) !== request.signature || bare.plain(request) !== request.signature) {
      throw new Error('the bare side does not compute the signature');
    }
  }
  const credential = benchCredential();
  const source = { find: () => credential };
  const check = (requests: readonly GuardRequest[], expected: boolean) => {
    // Each round uses the nonces again, so it needs a memory of its own.
    const guard = createGuard({ source, service: ordersMap, nonces: new NonceMemory(), now: () => now });
    return nanoseconds(calls, (at) => {
      const decision = guard.check(requests[at]!);
      if (decision instanceof Promise || decision.allowed !== expected) throw new Error('decided wrongly');
    });
  };
  progress('guard: measuring');
  return interleaved({
    fastest: () => nanoseconds(calls, (at) => void bare.fastest(bareRequests[at]!)),
    check: () => check(allowed, true),
    plain: () => nanoseconds(calls, (at) => void bare.plain(bareRequests[at]!)),
    refuse: () => check(denied, false),
    verify: () =>
      nanoseconds(calls, (at) => {
        const request = allowed[at]!;
        const signature = parseSignature(request);
        if (!('accessKeyId' in signature)) throw new Error('a request is not signed');
        verifySignature(request, signature, credential.signingKey, { now });
      }),
  });
}

function signedRequests(method: string, body: Uint8Array): GuardRequest[] {
  return Array.from({ length: calls }, (_, at) => ({
    ...signRequest(
      {
        method,
        target: `/orders/7${at % 100}?expand=lines`,
        headers: [
          ['host', 'orders.example.com'],
          ['accept', 'application/json'],
          ['user-agent', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2'],
          ...(body.length > 0 ? [['content-type', 'application/json'] as const] : []),
        ],
        body,
      },
      { accessKeyId, accessKeySecret },
      {
        scheme: 'ACS3-HMAC-SHA256',
        now,
        nonce: `${at}-37a9d8d55e17946928fa26442872fff49d49657a72f7a364e650b1`,
      },
    ),
    peerAddress: '10.1.2.3',
    secure: true,
  }));
}

/** A RAM user who may read and change orders, from two networks only, with a key that has a network rule of its own. */
function benchCredential(): Credential {
  const parsed = parsePolicy(
    JSON.stringify({
      Version: '1',
      Statement: [
        { Effect: 'Allow', Action: ['orders:Get*', 'orders:List*'], Resource: '*' },
        {
          Effect: 'Allow',
          Action: 'orders:UpdateOrder',
          Resource: `acs:orders:*:${accountId}:order/7*`,
          Condition: { IpAddress: { 'acs:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
        },
      ],
    }),
    'identity',
  );
  if (!parsed.ok) throw new Error('the policy is malformed');
  return {
    accessKeyId,
    kind: 'permanent',
    signingKey: SigningKey.fromSecret(accessKeySecret),
    status: 'Active',
    expiresAt: undefined,
    principal: {
      type: 'ram-user',
      accountId,
      arn: `acs:ram::${accountId}:user/alice`,
      userId: '2',
      userName: 'alice',
    },
    networkRestriction: { level: 'AccessKey', policy: networkRule() },
    permissions: compilePolicies([{ name: 'orders', type: 'Custom', document: parsed.document }]),
    sessionPolicy: undefined,
  };
}

function networkRule() {
  const statement = { Type: 'ClassicWhiteList', IPList: ['10.0.0.0/8', '192.168.0.0/16', '2001:db8::/32'] };
  const parsed = parseNetworkPolicy(
    JSON.stringify({ Version: 1, Status: 'Active', Statements: [statement] }),
  );
  const compiled = parsed.ok ? compileNetworkPolicy(parsed.policy) : undefined;
  if (compiled === undefined) throw new Error('the network policy is malformed');
  return compiled;
}
