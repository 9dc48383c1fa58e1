import {
  compilePolicies,
  decide,
  decideOverAll,
  explain,
  type NamedPolicy,
  type PolicyDocument,
  parsePolicy,
} from '../src/index.ts';
import { type PlainRequest, plainDecide } from './plain-interpreter.ts';

/** Parses a text that must be a policy. */
export function documentOf(
  text: string,
  kind: 'identity' | 'trust' | 'session' = 'identity',
): PolicyDocument {
  const parsed = parsePolicy(text, kind);
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.faults)} in ${text}`);
  return parsed.document;
}

export function named(documents: readonly PolicyDocument[]): NamedPolicy[] {
  return documents.map((document, index) => ({ name: `policy-${index}`, type: 'Custom', document }));
}

/** Puts requests to the engine and to the plain interpreter; returns what they disagree about. */
export function disagreements(texts: readonly string[], requests: readonly PlainRequest[]): string[] {
  const documents = texts.map((text) => documentOf(text));
  const policies = compilePolicies(named(documents));
  const found: string[] = [];
  for (const request of requests) {
    const asked = { action: request.action, resource: request.resource, conditions: request.facts };
    const plain = plainDecide(documents, request);
    const explanation = explain(policies, asked);
    const answers = {
      plain,
      engine: decide(policies, asked).effect,
      overAll: decideOverAll(policies, asked).effect,
      explained: explanation.effect,
      candidates: effectOfCandidates(explanation.candidates),
    };
    if (new Set(Object.values(answers)).size > 1) {
      found.push(JSON.stringify({ answers, texts, ...asked, conditions: [...request.facts] }));
    }
  }
  return found;
}

function effectOfCandidates(candidates: readonly { applies: boolean; effect: string }[]): string {
  const applying = candidates.filter((candidate) => candidate.applies);
  if (applying.some((candidate) => candidate.effect === 'Deny')) return 'ExplicitDeny';
  return applying.length > 0 ? 'Allow' : 'ImplicitDeny';
}
