import { type Credential, type CredentialSource, type GuardRequest, NonceMemory } from '@claviger/guard';
import { Guard } from '@claviger/guard/internal';
import { compilePolicies, parsePolicy } from '@claviger/policy';
import { parseSignature, SigningKey, signRequest, verifySignature } from '@claviger/signature';
import { bareHashes, bareRequest } from './bare-hashes.ts';
import { interleaved, nanoseconds, progress, type Row, row } from './ratio.ts';

const calls = 10_000;
const now = Date.parse('2026-11-24T08:00:00Z');
const accessKeyId = 'LTAI5tBenchBenchBenchBen';
const accessKeySecret = 'benchBenchBenchBenchBenchBench';
const bodyBytes = 1024;

/**
 * (a) What verifying and deciding cost beside the bare hashes, over the very same bytes.
 *
 * The bare side is given the canonical requests as finished texts; before anything is timed, both of its ways have
 * to arrive at the signature that each request carries.
 */
export function verifyRows(): Row[] {
  progress('verify: signing requests');
  const source: CredentialSource = { find: () => credential };
  const credential = credentialOf(SigningKey.fromSecret(accessKeySecret));
  const withoutBody = measure(signedRequests(new Uint8Array(0)), credential, source);
  const withBody = measure(signedRequests(Buffer.alloc(bodyBytes, '{')), credential, source);
  return [
    row(
      'verify.over-fastest-bare',
      withoutBody.ratio('verify', 'fastest'),
      'times the bare hashes, one-shot with a prepared key',
      '<= 2',
    ),
    row(
      'verify.over-plain-bare',
      withoutBody.ratio('verify', 'plain'),
      'times the bare hashes by createHash and createHmac',
      '<= 2',
    ),
    row(
      'verify.with-body.over-fastest-bare',
      withBody.ratio('verify', 'fastest'),
      'times the bare hashes, one-shot, body of 1 KiB on both sides',
      '<= 2',
    ),
    row(
      'verify.and-decide.over-fastest-bare',
      withoutBody.ratio('guard', 'fastest'),
      'times the bare hashes, one-shot with a prepared key',
    ),
    row(
      'verify.and-decide.over-plain-bare',
      withoutBody.ratio('guard', 'plain'),
      'times the bare hashes by createHash and createHmac',
    ),
    row('verify.rate', 1e9 / withoutBody.median('verify'), 'requests/s a core'),
    row('verify.and-decide.rate', 1e9 / withoutBody.median('guard'), 'requests/s a core'),
    row('verify.bare-rate', 1e9 / withoutBody.median('fastest'), 'requests/s a core, the bare hashes alone'),
  ];
}

function measure(requests: readonly GuardRequest[], { signingKey }: Credential, source: CredentialSource) {
  const bare = bareHashes(accessKeySecret);
  const bareRequests = requests.map(bareRequest);
  for (const request of bareRequests) {
    if (bare.fastest(request) !== request.signature || bare.plain(request) !== request.signature) {
      throw new Error('the bare side does not compute the signature');
    }
  }
  const demands = [{ action: 'ram:GetUser', resource: 'acs:ram:*:1234567890123456:user/alice' }];
  progress('verify: measuring');
  return interleaved({
    fastest: () => nanoseconds(calls, (at) => void bare.fastest(bareRequests[at]!)),
    verify: () =>
      nanoseconds(calls, (at) => {
        const request = requests[at]!;
        const signature = parseSignature(request);
        if (!('accessKeyId' in signature)) throw new Error('a request is not signed');
        verifySignature(request, signature, signingKey, { now });
      }),
    plain: () => nanoseconds(calls, (at) => void bare.plain(bareRequests[at]!)),
    guard: () => {
      // Each round uses the nonces again, so it needs a memory of its own.
      const guard = new Guard({ source, nonces: new NonceMemory(), now: () => now });
      return nanoseconds(calls, (at) => {
        const request = requests[at]!;
        const identity = guard.authenticate(request, parseSignature(request), {
          product: 'orders',
          region: '*',
        });
        if (identity instanceof Promise || identity.refused) throw new Error('a request was refused');
        if (!guard.authorize(identity, demands).allowed) throw new Error('a request was denied');
      });
    },
  });
}

function signedRequests(body: Uint8Array): GuardRequest[] {
  return Array.from({ length: calls }, (_, at) => ({
    ...signRequest(
      {
        method: 'POST',
        target: '/?UserPrincipalName=alice%40example.onaliyun.com',
        headers: [
          ['host', '127.0.0.1:8080'],
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
        action: 'GetUser',
        version: '2019-08-15',
      },
    ),
    peerAddress: '127.0.0.1',
    secure: false,
  }));
}

function credentialOf(signingKey: SigningKey): Credential {
  const parsed = parsePolicy(
    JSON.stringify({
      Version: '1',
      Statement: [
        {
          Effect: 'Allow',
          Action: ['ram:Get*', 'ram:List*'],
          Resource: '*',
          Condition: { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' } },
        },
      ],
    }),
    'identity',
  );
  if (!parsed.ok) throw new Error('the policy is malformed');
  return {
    accessKeyId,
    kind: 'permanent',
    signingKey,
    status: 'Active',
    expiresAt: undefined,
    principal: {
      type: 'ram-user',
      accountId: '1234567890123456',
      arn: 'acs:ram::1234567890123456:user/alice',
      userId: '2',
      userName: 'alice',
    },
    networkRestriction: undefined,
    permissions: compilePolicies([{ name: 'read', type: 'Custom', document: parsed.document }]),
    sessionPolicy: undefined,
  };
}
