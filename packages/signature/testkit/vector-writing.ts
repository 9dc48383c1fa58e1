import type { KitVector } from './vector.ts';

/** The moment at which the kit's requests are signed. */
export const NOW_TEXT = '2026-11-24T02:10:19Z';

export const KEY = {
  accessKeyId: 'LTAI5tEXAMPLEKEYID000001',
  accessKeySecret: 'ExampleSecret0000000000000001',
};
export const TEMPORARY_KEY = {
  accessKeyId: 'STS.EXAMPLEKEYID000001',
  accessKeySecret: 'ExampleSecret0000000000000002',
  securityToken: 'ExampleSecurityToken000001==',
};
type Key = typeof KEY | typeof TEMPORARY_KEY;

/** A request while it is written. */
export interface Draft {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Headers to be sent that the signature does not cover. */
  readonly unsigned?: readonly (readonly [name: string, value: string])[];
}

export type Unnumbered = Omit<KitVector, 'id'>;

/** A vector that must be accepted, with what must be read from it. */
export function accepted(
  name: string,
  draft: Draft,
  key: Key,
  nonce: string,
  parameters: Readonly<Record<string, string>>,
  body: 'verified' | 'unverified' = 'verified',
): Unnumbered {
  return {
    ...common(name, draft, key),
    expect: {
      result: 'accepted',
      accessKeyId: key.accessKeyId,
      ...('securityToken' in key ? { securityToken: key.securityToken } : {}),
      nonce,
      body,
      parameters,
    },
  };
}

/** A vector that must be refused, with the code of the refusal and the reason. */
export function refused(name: string, draft: Draft, key: Key, code: string, why: string): Unnumbered {
  return { ...common(name, draft, key), expect: { result: 'refused', code, why } };
}

function common(name: string, { method, target, headers, body }: Draft, key: Key) {
  return {
    name,
    request: { method, target, headers, bodyBase64: body.toString('base64') },
    key: { accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret },
    now: NOW_TEXT,
  };
}
