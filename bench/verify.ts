import { createHash, createHmac, hash } from 'node:crypto';
import { type Credential, type CredentialSource, Guard, NonceMemory } from '@claviger/guard';
import { compilePolicies, parsePolicy } from '@claviger/policy';
import { parseSignature, SigningKey, signRequest, verifySignature } from '@claviger/signature';
import { interleaved, progress, type Row, row } from './ratio.ts';

const calls = 20_000;
const now = Date.parse('2026-11-24T08:00:00Z');
const accessKeyId = 'LTAI5tBenchBenchBenchBen';
const accessKeySecret = 'benchBenchBenchBenchBenchBench';

/**
 * (a) What verifying and deciding cost beside the bare hashes, over the same bytes.
 *
 * The bare side hashes the canonical request and makes the HMAC of the string to sign, from text: what every
 * verifier has to compute. `bare.fast` does it in the fastest way we know on Node (one-shot hashes, the blocks of
 * the key prepared); `bare.plain` as it is usually written, with `createHash` and `createHmac`.
 */
export async function verifyRows(): Promise<Row[]> {
  progress('verify: signing requests');
  const requests = Array.from({ length: calls }, (_, at) =>
    signRequest(
      {
        method: 'POST',
        target: '/?UserPrincipalName=alice%40example.onaliyun.com',
        headers: [
          ['host', '127.0.0.1:8080'],
          ['accept', 'application/json'],
          ['user-agent', 'AlibabaCloud (linux; x64) Node.js/v24 Core/1.0.1 TeaDSL/2'],
        ],
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
  );
  const key = SigningKey.fromSecret(accessKeySecret);
  const sample = requests[0];
  if (sample === undefined) throw new Error('nothing was signed');
  const canonical = canonicalOf(sample.rawHeaders);
  const bare = bareHashes();

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
  const credential: Credential = {
    accessKeyId,
    kind: 'permanent',
    signingKey: key,
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
  const source: CredentialSource = { find: () => credential };
  const demand = [{ action: 'ram:GetUser', resource: 'acs:ram:*:1234567890123456:user/alice' }];
  let guard = new Guard({ source, nonces: new NonceMemory(), now: () => now });

  progress('verify: measuring');
  const times = interleaved(
    {
      fast: () => void bare.fast(canonical),
      plain: () => void bare.plain(canonical),
      verify: (at) => {
        const request = { ...pick(requests, at) };
        const signature = parseSignature(request);
        if (!('accessKeyId' in signature)) throw new Error('a request is not signed');
        verifySignature(request, signature, key, { now });
      },
      guard: (at) => {
        // Each round uses the nonces again, so it needs a memory of its own.
        if (at === 0) guard = new Guard({ source, nonces: new NonceMemory(), now: () => now });
        const request = { ...pick(requests, at), peerAddress: '127.0.0.1', secure: false };
        const identity = guard.authenticate(request, parseSignature(request));
        if (identity instanceof Promise || identity.refused) throw new Error('a request was refused');
        if (!guard.authorize(identity, demand).allowed) throw new Error('a request was denied');
      },
    },
    calls,
  );
  return [
    row('verify.over-fastest-bare', times.verify / times.fast, 'times the bare hashes', '<= 2'),
    row('verify.over-plain-bare', times.verify / times.plain, 'times createHash + createHmac', '<= 2'),
    row('verify.and-decide.over-fastest-bare', times.guard / times.fast, 'times the bare hashes'),
    row('verify.and-decide.over-plain-bare', times.guard / times.plain, 'times createHash + createHmac'),
    row('verify.rate', 1e9 / times.verify, 'requests/s a core'),
    row('verify.and-decide.rate', 1e9 / times.guard, 'requests/s a core'),
  ];
}

function pick<T>(items: readonly T[], at: number): T {
  const item = items[at];
  if (item === undefined) throw new Error('out of requests');
  return item;
}

/** A canonical request of the same length as the real one. */
function canonicalOf(rawHeaders: readonly string[]): string {
  const signed = rawHeaders.filter((_, at) => at % 2 === 0).filter((name) => /^(host|x-acs-)/i.test(name));
  const lines = signed.map((name) => `${name.toLowerCase()}:${rawHeaders[rawHeaders.indexOf(name) + 1]}`);
  const names = signed.map((name) => name.toLowerCase()).join(';');
  return `POST\n/\nUserPrincipalName=alice%40example.onaliyun.com\n${lines.join('\n')}\n\n${names}\n${'e'.repeat(64)}`;
}

function bareHashes() {
  const secret = Buffer.from(accessKeySecret);
  const inner = Buffer.alloc(64 + 'ACS3-HMAC-SHA256\n'.length + 64, 0x36);
  const outer = Buffer.alloc(64 + 32, 0x5c);
  for (const [at, byte] of secret.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  return {
    fast(canonical: string): string {
      inner.write(`ACS3-HMAC-SHA256\n${hash('sha256', canonical, 'hex')}`, 64, 'latin1');
      outer.write(hash('sha256', inner, 'binary'), 64, 'binary');
      return hash('sha256', outer, 'hex');
    },
    plain(canonical: string): string {
      const digest = createHash('sha256').update(canonical).digest('hex');
      return createHmac('sha256', accessKeySecret).update(`ACS3-HMAC-SHA256\n${digest}`).digest('hex');
    },
  };
}
