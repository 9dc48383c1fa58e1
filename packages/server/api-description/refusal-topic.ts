/** Cause and remedy of a refusal. */
export interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

/** Section of `docs/errors.md`: explanations by code, or by the beginning of codes, which ends in a dot. */
export interface Topic {
  readonly title: string;
  readonly explanations: Readonly<Record<string, readonly [cause: string, remedy: string]>>;
}
