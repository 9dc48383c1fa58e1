/** Which policy a statement belongs to. */
export interface PolicyName {
  readonly name: string;
  /** `System`, `Custom`, or whatever the caller calls its kinds of policies. */
  readonly type: string;
  readonly version?: string;
}

/**
 * The answer, with its reason. `ExplicitDeny` and `Allow` name the statement that decided (one of them, when
 * several say the same); `ImplicitDeny` names none, because none spoke.
 */
export interface Decision {
  readonly effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny';
  readonly policy?: PolicyName;
  /** The place of the deciding statement in its policy, counted from 0. */
  readonly statement?: number;
}

/** Nothing says, nothing is allowed. */
export const IMPLICIT_DENY: Decision = Object.freeze({ effect: 'ImplicitDeny' });
