import type { SignedRequest } from '@claviger/signature';
import { changeOf } from './changes.ts';
import { judge } from './judge.ts';
import { Random } from './random.ts';
import { honestRequest, slyRequest } from './sly-requests.ts';

/** What came out of a run. */
export interface FuzzCounts {
  refused: number;
  allowed: number;
  'false acceptance': number;
  crashed: number;
}

/**
 * Two kinds of attack in turn. A stranger changes what another has signed: it must be refused, or say what was
 * signed. Mallory signs with a key of hers what she likes: it must be refused, or mean to every service behind what
 * the guard decided on.
 *
 * @param report told of each case that must not be
 */
export function fuzz(
  { cases, seed }: { readonly cases: number; readonly seed: number },
  report: (what: string, request: SignedRequest) => void,
): FuzzCounts {
  const random = new Random(seed);
  const counts: FuzzCounts = { refused: 0, allowed: 0, 'false acceptance': 0, crashed: 0 };
  const originals = Array.from({ length: 200 }, () => honestRequest(random));
  for (const original of originals) {
    if (judge([original], original) !== 'allowed') report('an honest request is not allowed', original);
  }
  for (let made = 0; made < cases; made++) {
    const { what, request, signed } = made % 2 === 0 ? changed(originals, random) : sly(random);
    try {
      const verdict = judge(signed, request);
      counts[verdict] += 1;
      if (verdict === 'false acceptance') report(what, request);
    } catch (error) {
      counts.crashed += 1;
      report(`crashed (${error}): ${what}`, request);
    }
  }
  return counts;
}

interface Case {
  readonly what: string;
  readonly request: SignedRequest;
  /** What the key's owner has signed. */
  readonly signed: readonly SignedRequest[];
}

function changed(originals: readonly SignedRequest[], random: Random): Case {
  const original = random.pick(originals);
  const other = random.pick(originals);
  const names: string[] = [];
  let request = original;
  do {
    const made = changeOf(request, other, random);
    names.push(made.what);
    request = made.request;
  } while (random.below(4) === 0);
  return { what: names.join(', '), request, signed: [original, other] };
}

function sly(random: Random): Case {
  const request = slyRequest(random);
  return { what: 'signed by Mallory', request, signed: [request] };
}
