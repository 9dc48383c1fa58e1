/**
 * One request of the test kit, and what must become of it. README.md beside this file describes the format for those
 * who read it from another language.
 */
export interface KitVector {
  readonly id: string;
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly bodyBase64: string;
  };
  readonly key: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly now: string;
  readonly expect:
    | {
        readonly result: 'accepted';
        readonly accessKeyId: string;
        readonly securityToken?: string;
        readonly nonce: string;
        readonly body: 'verified' | 'unverified';
        readonly parameters: Readonly<Record<string, string>>;
      }
    | { readonly result: 'refused'; readonly code: string; readonly why: string };
}

export interface Kit {
  readonly format: 1;
  readonly scheme: string;
  readonly vectors: readonly KitVector[];
}
