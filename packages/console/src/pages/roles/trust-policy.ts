/** Trusted principal of a role, of the three kinds in RAM's console. */
export type Trusted =
  | {
      readonly kind: 'account';
      readonly accountId: string;
      /** Text that AssumeRole must give as `ExternalId`; empty if none. */
      readonly externalId: string;
    }
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'saml'; readonly providerArn: string }
  | {
      readonly kind: 'oidc';
      readonly providerArn: string;
      readonly issuer: string;
      readonly audience: string;
      readonly subject: string;
    };

/** SAML recipients of RAM; the server accepts no others. */
const SAML_RECIPIENTS = [
  'https://signin.aliyun.com/saml-role/sso',
  'https://signin.alibabacloud.com/saml-role/sso',
];

/** Returns the formatted trust policy for a trusted principal. */
export function trustPolicyFor(trusted: Trusted): string {
  return JSON.stringify({ Statement: [statementFor(trusted)], Version: '1' }, null, 2);
}

function statementFor(trusted: Trusted): object {
  const begin = { Action: 'sts:AssumeRole', Effect: 'Allow' };
  switch (trusted.kind) {
    case 'account':
      return {
        ...begin,
        Principal: { RAM: [`acs:ram::${trusted.accountId}:root`] },
        ...(trusted.externalId !== '' && {
          Condition: { StringEquals: { 'sts:ExternalId': trusted.externalId } },
        }),
      };
    case 'service':
      return { ...begin, Principal: { Service: [trusted.service] } };
    case 'saml':
      return {
        ...begin,
        Principal: { Federated: [trusted.providerArn] },
        Condition: { StringEquals: { 'saml:recipient': SAML_RECIPIENTS } },
      };
    case 'oidc':
      return {
        ...begin,
        Principal: { Federated: [trusted.providerArn] },
        Condition: {
          StringEquals: {
            'oidc:iss': [trusted.issuer],
            'oidc:aud': [trusted.audience],
            ...(trusted.subject !== '' && { 'oidc:sub': [trusted.subject] }),
          },
        },
      };
  }
}
