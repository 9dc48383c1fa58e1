import { type PolicyKind, type PolicyWarning, parsePolicy, policyWarnings } from '@claviger/policy';
import type { Scope } from '../context/scope.ts';
import { Refusal } from '../errors/refusal.ts';

/** Maximum number of faults in a message; further ones are only counted. */
const MAX_LISTED_FAULTS = 3;

/**
 * Describes the faults of a policy text for a message.
 * @returns the first faults with line, column and fix, or undefined if the text is a policy
 */
export function faultsOfPolicy(text: string, kind: PolicyKind): string | undefined {
  const parsed = parsePolicy(text, kind);
  if (parsed.ok) return undefined;
  const listed = parsed.faults
    .slice(0, MAX_LISTED_FAULTS)
    .map(({ line, column, problem, fix }) => `${line}:${column} ${problem}: ${fix}.`);
  const more = parsed.faults.length - listed.length;
  return [...listed, ...(more > 0 ? [`And ${more} more.`] : [])].join(' ');
}

/**
 * Asserts that a policy text is fully understood, so that no part of a policy is ever stored without the rest. The
 * text is stored unchanged: clients compare it with what they sent.
 * @throws Refusal MalformedPolicyDocument
 */
export function assertWellFormedPolicy(text: string, kind: PolicyKind): void {
  const fault = faultsOfPolicy(text, kind);
  if (fault !== undefined) throw new Refusal('MalformedPolicyDocument', { fault });
}

/**
 * Adds warnings to the answer: valid parts of a policy text that do not have the effect they seem to have.
 * @param text accepted by `assertWellFormedPolicy`
 */
export function warnOfPolicy(scope: Pick<Scope, 'warn'>, text: string, kind: PolicyKind): void {
  warnOf(scope, policyWarnings(text, kind));
}

/** Adds warnings to the answer, each with its position. */
export function warnOf(scope: Pick<Scope, 'warn'>, warnings: readonly PolicyWarning[]): void {
  for (const { code, line, column, problem, fix } of warnings) {
    scope.warn(`${code} at ${line}:${column}: ${problem}: ${fix}`);
  }
}
