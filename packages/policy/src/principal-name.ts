import { foldCase } from './letter-case.ts';

/** Condition key of the calling principal, in lower case. */
export const PRINCIPAL_ARN = 'acs:principalarn';

const SESSION_TYPE = ':assumed-role/';

/**
 * Returns the ARNs by which a condition on `acs:PrincipalARN` may name a principal: its own and, for a session of a
 * role (`acs:ram::<account>:assumed-role/<role>/<session>`), that of the role, as named and in lower case. RAM's
 * samples exempt a role with `acs:ram:*:*:role/<role>` and write its name in lower case, as RAM shows role ARNs.
 *
 * The names are alternatives of one value, not several values: a positive operator holds if one of them matches, a
 * negated one if none does, with and without a set prefix.
 */
export function namesOfPrincipal(arn: string): readonly string[] {
  const type = arn.indexOf(SESSION_TYPE);
  if (type < 0) return [arn];
  const start = type + SESSION_TYPE.length;
  const end = arn.indexOf('/', start);
  if (end < 0) return [arn];
  const named = `${arn.slice(0, type)}:role/${arn.slice(start, end)}`;
  const folded = foldCase(named);
  return named === folded ? [arn, named] : [arn, named, folded];
}
