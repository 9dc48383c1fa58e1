/**
 * Effect of a change on the security of an account, and the rule that decides from it whether the caller has to prove
 * its presence again. Each operation with `access: 'write'` declares its effect: one without does not compile.
 */
import type { InputOf, ParameterMap } from '../wire/parameter.ts';

/** Requirements of an effect. */
interface EffectRule {
  /** One line of the documentation: which changes have this effect. */
  readonly meaning: string;
  /** A console session needs a step-up within the last ten minutes. */
  readonly needsStepUp: boolean;
  /** Refused by AccessKey where the account has set that credential changes need a second factor. */
  readonly protectedByKey: boolean;
}

/** Every effect with its rule, in the order of the documentation. */
export const SECURITY_EFFECTS = {
  grants: {
    meaning: 'Gives a principal permissions, or decides who gets them: policies, attachments, trust, tags.',
    needsStepUp: true,
    protectedByKey: true,
  },
  credential: {
    meaning: 'Makes, replaces or removes what proves an identity, or the names it signs in by.',
    needsStepUp: true,
    protectedByKey: true,
  },
  revives: {
    meaning: 'Makes a disabled or deleted user or credential work again.',
    needsStepUp: true,
    protectedByKey: true,
  },
  loosens: {
    meaning:
      'Can remove a restriction: an explicit Deny, a network restriction, a rule for passwords or sign-in.',
    needsStepUp: true,
    protectedByKey: true,
  },
  destroys: {
    meaning: 'Deletes an identity or another thing that others depend on.',
    needsStepUp: true,
    protectedByKey: true,
  },
  session: {
    meaning: 'Opens a session of a role, which ends by itself and can do nothing that the role may not.',
    needsStepUp: true,
    protectedByKey: false,
  },
  restricts: {
    meaning: 'Only takes access away. It has to be quick when something is wrong.',
    needsStepUp: false,
    protectedByKey: false,
  },
  neutral: {
    meaning: 'Changes nothing that decides about access.',
    needsStepUp: false,
    protectedByKey: false,
  },
} as const satisfies Readonly<Record<string, EffectRule>>;

/** Name of an effect. */
export type SecurityEffectName = keyof typeof SECURITY_EFFECTS;

type FreeEffect = 'restricts' | 'neutral';

/** Effect of an operation on security, part of its declaration. */
export type SecurityEffect<P extends ParameterMap = ParameterMap> =
  | {
      readonly effect: FreeEffect;
      /** Reason that no proof is needed; a clause for the documentation's table. */
      readonly why: string;
    }
  | {
      readonly effect: Exclude<SecurityEffectName, FreeEffect>;
      /** Input by which the same operation only restricts, or changes nothing that counts; absent: none. */
      readonly except?: InputException<P>;
    };

/** Input to which an effect does not apply. */
export interface InputException<P extends ParameterMap> {
  /** For the documentation's table: ``with `Status=Inactive` ``. */
  readonly when: string;
  /** Whether a call's input is of that kind. Must not depend on stored state. */
  applies(input: InputOf<P>): boolean;
}

/**
 * Returns the proof that a change needs, by its effect and input.
 * @param security effect that the operation declares
 * @param input validated input of the call
 */
export function proofNeeded<P extends ParameterMap>(
  security: SecurityEffect<P>,
  input: InputOf<P>,
): Pick<EffectRule, 'needsStepUp' | 'protectedByKey'> {
  if ('except' in security && security.except?.applies(input)) {
    return { needsStepUp: false, protectedByKey: false };
  }
  return SECURITY_EFFECTS[security.effect];
}
