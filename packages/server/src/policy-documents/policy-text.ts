import { type PolicyKind, type PolicyWarning, parsePolicy, policyWarnings } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';

/** More faults than this are only counted: an error message is not a report. */
const faultsTold = 3;

/**
 * What is wrong with a policy text, for a message.
 * @returns the first faults with line, column and what to do, or undefined when the text is a policy
 */
export function faultsOfPolicy(text: string, kind: PolicyKind): string | undefined {
  const parsed = parsePolicy(text, kind);
  if (parsed.ok) return undefined;
  const told = parsed.faults
    .slice(0, faultsTold)
    .map(({ line, column, problem, fix }) => `${line}:${column} ${problem}: ${fix}.`);
  const more = parsed.faults.length - told.length;
  return [...told, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

/**
 * Refuses a text that is not wholly understood, so that no part of a policy is ever stored without the rest.
 * What is accepted is stored as it is given: clients compare it with what they have sent.
 * @throws Refusal MalformedPolicyDocument
 */
export function assertWellFormedPolicy(text: string, kind: PolicyKind): void {
  const fault = faultsOfPolicy(text, kind);
  if (fault !== undefined) throw new Refusal('MalformedPolicyDocument', { fault });
}

/**
 * Adds to the answer what is valid in a policy text and does not do what it seems to.
 * @param text that `refuseMalformedPolicy` has let pass
 */
export function warnOfPolicy(scope: Pick<Scope, 'warn'>, text: string, kind: PolicyKind): void {
  warnOf(scope, policyWarnings(text, kind));
}

/** Adds warnings to the answer, each with its place. */
export function warnOf(scope: Pick<Scope, 'warn'>, warnings: readonly PolicyWarning[]): void {
  for (const { code, line, column, problem, fix } of warnings) {
    scope.warn(`${code} at ${line}:${column}: ${problem}: ${fix}`);
  }
}
