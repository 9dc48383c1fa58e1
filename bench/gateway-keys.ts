import type { Credential, CredentialSource } from '@claviger/guard';
import { compilePolicies, parsePolicy } from '@claviger/policy';
import { SigningKey } from '@claviger/signature';

const keys = 1000;
const accountId = '1803869963967015';

/** A thousand keys of a thousand RAM users with the policy that a customer might have. */
export function gatewayKeys(): { readonly source: CredentialSource; secretOf(key: number): ClientKey } {
  const document = {
    Version: '1',
    Statement: [
      { Effect: 'Allow', Action: ['orders:Get*', 'orders:List*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'orders:CreateOrder',
        Resource: `acs:orders:*:${accountId}:order/*`,
        Condition: { IpAddress: { 'acs:SourceIp': ['127.0.0.0/8', '10.0.0.0/8'] } },
      },
      { Effect: 'Deny', Action: 'orders:*', Resource: `acs:orders:*:${accountId}:order/secret-*` },
    ],
  };
  const parsed = parsePolicy(JSON.stringify(document), 'identity');
  if (!parsed.ok) throw new Error('the policy of the bench is wrong');
  const permissions = compilePolicies([{ name: 'customer', type: 'Custom', document: parsed.document }]);
  const credentials = new Map<string, Credential>();
  for (let key = 0; key < keys; key++) {
    const { accessKeyId, accessKeySecret } = clientKey(key);
    const userName = `customer-${key}`;
    credentials.set(accessKeyId, {
      accessKeyId,
      kind: 'permanent',
      signingKey: SigningKey.fromSecret(accessKeySecret),
      status: 'Active',
      expiresAt: undefined,
      principal: {
        type: 'ram-user',
        accountId,
        arn: `acs:ram::${accountId}:user/${userName}`,
        userId: `2000000000000${key}`,
        userName,
      },
      networkRestriction: undefined,
      permissions,
      sessionPolicy: undefined,
    });
  }
  return {
    source: { find: (accessKeyId) => credentials.get(accessKeyId) ?? 'InvalidAccessKeyId.NotFound' },
    secretOf: (key) => clientKey(key % keys),
  };
}

/** What a client signs with. */
export interface ClientKey {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

function clientKey(key: number): ClientKey {
  return {
    accessKeyId: `LTAI5tBench${String(key).padStart(13, '0')}`,
    accessKeySecret: `bench-secret-${String(key).padStart(17, '0')}`,
  };
}
