/** Properties of every set of policies, after the theorems that Cedar states of its engine. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type AccessRequest,
  compilePolicies,
  decide,
  decideOverAll,
  decideWithSessionPolicy,
  explain,
  matchWildcard,
  type PolicyDocument,
} from '../src/index.ts';
import { disagreements, documentOf, named } from './agreement.ts';
import type { PlainRequest } from './plain-interpreter.ts';
import { policiesAndRequests, policyTexts } from './random-cases.ts';

const RUNS = { numRuns: 1500 };

const asked = ({ action, resource, facts }: PlainRequest): AccessRequest => ({
  action,
  resource,
  conditions: facts,
});

const effectOf = (documents: readonly PolicyDocument[], request: PlainRequest) =>
  decide(compilePolicies(named(documents)), asked(request)).effect;

/** The statements of a document, each alone in a document. */
const alone = (document: PolicyDocument): PolicyDocument[] =>
  document.statements.map((statement) => ({ ...document, statements: [statement] }));

/** Runs a check on random policies and requests to them. */
function forAll(check: (documents: PolicyDocument[], request: PlainRequest) => void): void {
  fc.assert(
    fc.property(policiesAndRequests, ([texts, requests]) => {
      const documents = texts.map((text) => documentOf(text));
      for (const request of requests) check(documents, request);
    }),
    RUNS,
  );
}

function forAllPairs(
  check: (documents: PolicyDocument[], others: PolicyDocument[], request: PlainRequest) => void,
): void {
  fc.assert(
    fc.property(policiesAndRequests, policyTexts, ([texts, requests], otherTexts) => {
      const documents = texts.map((text) => documentOf(text));
      const others = otherTexts.map((text) => documentOf(text));
      for (const request of requests) check(documents, others, request);
    }),
    RUNS,
  );
}

describe('theorems', () => {
  test('Deny trumps allow', () => {
    forAll((documents, request) => {
      const effects = documents.flatMap(alone).map((document) => effectOf([document], request));
      if (effects.includes('ExplicitDeny')) assert.equal(effectOf(documents, request), 'ExplicitDeny');
    });
  });

  test('Allowed only if some statement allows', () => {
    forAll((documents, request) => {
      if (effectOf(documents, request) !== 'Allow') return;
      const effects = documents.flatMap(alone).map((document) => effectOf([document], request));
      assert.ok(effects.includes('Allow'));
      assert.ok(!effects.includes('ExplicitDeny'));
    });
  });

  test('Without a statement nothing is allowed', () => {
    forAll((documents, request) => {
      assert.equal(effectOf([], request), 'ImplicitDeny');
      const speaking = documents.flatMap(alone).map((document) => effectOf([document], request));
      if (speaking.every((effect) => effect === 'ImplicitDeny')) {
        assert.equal(effectOf(documents, request), 'ImplicitDeny');
      }
    });
  });

  test('The order and the repetition of statements and policies do not matter', () => {
    forAll((documents, request) => {
      const turned = documents
        .map((document) => ({ ...document, statements: [...document.statements].reverse() }))
        .reverse();
      const expected = effectOf(documents, request);
      assert.equal(effectOf(turned, request), expected);
      assert.equal(effectOf([...documents, ...turned, ...documents.flatMap(alone)], request), expected);
    });
  });

  test('Deciding over the candidate index equals deciding over all statements', () => {
    forAll((documents, request) => {
      const policies = compilePolicies(named(documents));
      assert.equal(decide(policies, asked(request)).effect, decideOverAll(policies, asked(request)).effect);
    });
  });

  test('The deciding statement would have decided alone', () => {
    forAll((documents, request) => {
      const { effect, policy, statement } = decide(compilePolicies(named(documents)), asked(request));
      if (effect === 'ImplicitDeny') {
        assert.equal(policy, undefined);
        return;
      }
      const document = documents[Number(policy!.name.slice('policy-'.length))]!;
      assert.equal(effectOf([alone(document)[statement!]!], request), effect);
    });
  });

  test('Adding an allow never takes a permission away', () => {
    forAllPairs((documents, others, request) => {
      if (effectOf(documents, request) !== 'Allow') return;
      const allows = others.flatMap(alone).filter(({ statements: [only] }) => only!.effect === 'Allow');
      assert.equal(effectOf([...documents, ...allows], request), 'Allow');
    });
  });

  test('Adding a deny never gives a permission', () => {
    forAllPairs((documents, others, request) => {
      if (effectOf(documents, request) === 'Allow') return;
      const denies = others.flatMap(alone).filter(({ statements: [only] }) => only!.effect === 'Deny');
      assert.notEqual(effectOf([...documents, ...denies], request), 'Allow');
    });
  });

  test('A session policy only narrows', () => {
    forAllPairs((documents, others, request) => {
      const identity = compilePolicies(named(documents));
      const session = compilePolicies(named(others));
      const together = decideWithSessionPolicy(identity, session, asked(request));
      const byIdentity = decide(identity, asked(request));
      const bySession = decide(session, asked(request));
      assert.equal(
        together.effect === 'Allow',
        byIdentity.effect === 'Allow' && bySession.effect === 'Allow',
        'allowed exactly when both allow',
      );
      const denied = [byIdentity, bySession].some(({ effect }) => effect === 'ExplicitDeny');
      assert.equal(together.effect === 'ExplicitDeny', denied, 'a Deny of either is a Deny');
      const decisive = together.by === 'identity' ? byIdentity : bySession;
      assert.equal(together.effect, decisive.effect, 'the one that is named did decide so');
      assert.equal(decideWithSessionPolicy(identity, undefined, asked(request)).effect, byIdentity.effect);
    });
  });

  test('The wildcard matcher agrees with a plain matcher', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\n'), maxLength: 12 });
    const plain = (pattern: string, text: string) => {
      const escaped = pattern.replace(/[.\n]/g, (each) => (each === '.' ? '\\.' : '\\n'));
      return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`).test(text);
    };
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        assert.equal(matchWildcard(pattern, text), plain(pattern, text));
      }),
      { numRuns: 20_000 },
    );
  });

  test('The engine agrees with the plain interpreter', () => {
    fc.assert(
      fc.property(policiesAndRequests, ([texts, requests]) => {
        assert.deepEqual(disagreements(texts, requests), []);
      }),
      { numRuns: 3000 },
    );
  });

  test('An explanation decides as the decision does, and its candidates bear it out', () => {
    forAll((documents, request) => {
      const policies = compilePolicies(named(documents));
      const decision = decide(policies, asked(request));
      const explanation = explain(policies, asked(request));
      assert.deepEqual(explanation.decision, decision);
      const decisive = explanation.candidates.find(
        ({ policy, path }) => policy === decision.policy && path === explanation.path,
      );
      assert.equal(decisive?.applies ?? false, decision.effect !== 'ImplicitDeny');
      for (const { applies, namesResource, conditions } of explanation.candidates) {
        assert.equal(applies, namesResource && conditions.every(({ holds }) => holds));
      }
    });
  });
});

describe('the work of a wildcard match', () => {
  /** A text that counts how often it is looked at. */
  function counted(text: string): { text: string; steps: () => number } {
    let steps = 0;
    const counting = {
      length: text.length,
      charCodeAt: (at: number) => {
        steps++;
        return text.charCodeAt(at);
      },
    };
    return { text: counting as unknown as string, steps: () => steps };
  }

  for (const [pattern, text] of [
    ['a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(3000)],
    ['*a*a*a*a*a*a*a*a*a*a*c', 'ab'.repeat(1500)],
    [`${'?*'.repeat(500)}b`, 'a'.repeat(1000)],
    [`*${'a'.repeat(500)}b`, 'a'.repeat(3000)],
  ] as const) {
    test(`\`${pattern.slice(0, 24)}\` takes at most pattern × text steps`, () => {
      const watched = counted(text);
      assert.equal(matchWildcard(pattern, watched.text), false);
      assert.ok(watched.steps() > 0);
      assert.ok(watched.steps() <= pattern.length * text.length, `${watched.steps()} steps`);
    });
  }
});
