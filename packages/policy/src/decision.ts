/** Name and type of a policy. */
export interface PolicyName {
  readonly name: string;
  /** `System`, `Custom`, or any type of the caller. */
  readonly type: string;
  readonly version?: string;
}

/**
 * Decision with its reason. `ExplicitDeny` and `Allow` name the deciding statement (one of them, if several
 * decide alike); `ImplicitDeny` names none.
 */
export interface Decision {
  readonly effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  readonly policy?: PolicyName;
  /** Index of the deciding statement in its policy, from 0. */
  readonly statement?: number;
}

/** Decision when no statement applies. */
export const IMPLICIT_DENY: Decision = Object.freeze({ effect: 'ImplicitDeny' });
