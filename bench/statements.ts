import {
  type CompiledPolicies,
  compilePolicies,
  decide,
  type NamedPolicy,
  parsePolicy,
} from '@claviger/policy';
import { interleaved, nanoseconds, percentile, progress, type Row, row } from './ratio.ts';

const few = 50;
const many = 110_000;
const statementsAPolicy = 50;
/** Decisions timed together, since one is shorter than what the clock can tell. */
const batch = 50;
const batchesARound = 1_000;

/**
 * (c) A decision among 110,000 statements beside one among 50: p99 of batches, over as many different requests as
 * the row's name says. Requests and resources are spread evenly over all statements.
 */
export function statementsRows(): Row[] {
  progress(`scale: compiling ${many.toLocaleString('en')} statements`);
  const sets = { few: exactResources(few), many: exactResources(many) };
  return [50, 1_000, 10_000].map((distinct) => {
    progress(
      `scale: ${distinct.toLocaleString('en')} different requests among ${many.toLocaleString('en')} statements`,
    );
    const rounds = interleaved({
      few: decisions(sets.few, few, distinct),
      many: decisions(sets.many, many, distinct),
    });
    return row(
      `scale.statements.p99.${distinct}-requests`,
      rounds.ratio('many', 'few'),
      `times the p99 of a decision with ${few} statements`,
      '<= 1.5',
    );
  });
}

function decisions(set: CompiledPolicies, statements: number, distinct: number): () => number {
  const requests = Array.from({ length: distinct }, (_, at) => ({
    action: 'oss:GetObject',
    resource: `acs:oss:cn:123:bucket/object-${Math.floor((at * statements) / distinct)}`,
    conditions: new Map<string, string>(),
  }));
  let next = 0;
  return () => {
    const times = Array.from({ length: batchesARound }, () =>
      nanoseconds(batch, () => {
        if (decide(set, requests[next++ % distinct]!).effect !== 'Allow') throw new Error('denied');
      }),
    );
    return percentile(times, 0.99);
  };
}

function exactResources(count: number): CompiledPolicies {
  const policies: NamedPolicy[] = [];
  for (let from = 0; from < count; from += statementsAPolicy) {
    const Statement = Array.from({ length: statementsAPolicy }, (_, at) => ({
      Effect: 'Allow',
      Action: 'oss:GetObject',
      Resource: `acs:oss:*:123:bucket/object-${from + at}`,
    }));
    const parsed = parsePolicy(JSON.stringify({ Version: '1', Statement }), 'identity');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    policies.push({ name: `p${from}`, type: 'Custom', document: parsed.document });
  }
  return compilePolicies(policies);
}
