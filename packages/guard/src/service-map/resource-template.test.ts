import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchWildcard } from '@claviger/policy';
import fc from 'fast-check';
import { readPathTemplate } from './path-template.ts';
import { readResource } from './read-resource.ts';
import type { ResourceTemplate } from './resource-template.ts';
import type { RequestValues } from './value-source.ts';

const accountId = '1803869963967015';

function templateOf(text: string, path: string): ResourceTemplate {
  const template = readPathTemplate(path);
  assert.ok(template.ok);
  const reading = readResource(text, { service: 'orders', region: 'cn-hangzhou', template });
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.resource;
}

function valuesOf(path: readonly string[], more: Partial<RequestValues> = {}): RequestValues {
  return { path, query: new Map(), headers: undefined, ...more };
}

/** The relative id that one value makes of `order/{id}`. */
function relativeId(value: string): string {
  const filled = templateOf('order/{id}', '/orders/{id}').fill(accountId, valuesOf([value]));
  assert.ok(filled.ok);
  return filled.arn.slice(`acs:orders:cn-hangzhou:${accountId}:`.length);
}

describe('a value of a request in a resource', () => {
  const written: [string, string, string][] = [
    ['stands as it is', '17', 'order/17'],
    ['keeps letters of every script and spaces', '订 单', 'order/订 单'],
    ['keeps what means nothing in an ARN', "a-b._~!$&'(),;=@#{}[]|", "order/a-b._~!$&'(),;=@#{}[]|"],
    ['has its `*` escaped', '*', 'order/%2A'],
    ['has its `?` escaped', '1?', 'order/1%3F'],
    ['has its `/` escaped', '1/items/2', 'order/1%2Fitems%2F2'],
    ['has its `:` escaped', 'a:b', 'order/a%3Ab'],
    ['has its `%` escaped', '%2A', 'order/%252A'],
    ['has its control characters escaped', '1\n\0\x7f', 'order/1%0A%00%7F'],
  ];
  for (const [name, value, expected] of written) {
    test(name, () => assert.equal(relativeId(value), expected));
  }

  test("never makes it another value's resource, and never one that policies on others match", () => {
    const value = fc.oneof(
      fc.string({ minLength: 1, maxLength: 8 }),
      fc
        .array(fc.constantFrom('*', '?', '/', ':', '%', '2', 'A', 'F', 'a', '%2F', '%2A'), {
          minLength: 1,
          maxLength: 6,
        })
        .map((a) => a.join('')),
    );
    const template = templateOf('order/{id}/item/{item}:{query.size}', '/orders/{id}/{item}');
    const fill = ([id, item, size]: readonly [string, string, string]) => {
      const filled = template.fill(accountId, valuesOf([id, item], { query: new Map([['size', size]]) }));
      assert.ok(filled.ok);
      return filled.arn;
    };
    fc.assert(
      fc.property(fc.tuple(value, value, value), fc.tuple(value, value, value), (a, b) => {
        const same = a.every((each, at) => each === b[at]);
        assert.equal(fill(a) === fill(b), same);
        // A policy on everything below the first order.
        const below = `${fill([a[0], 'x', 'y']).split('/item/')[0]}/*`;
        assert.equal(matchWildcard(below, fill(b)), a[0] === b[0]);
        assert.equal(fill(b).split(':').length, 6);
      }),
      { numRuns: 3000 },
    );
  });

  test('that takes the rest of a path keeps its slashes, and nothing else', () => {
    const template = templateOf('file/{path}', '/files/{path+}');
    const filled = template.fill(accountId, valuesOf(['a/b*/c:d']));
    assert.deepEqual(filled, { ok: true, arn: `acs:orders:cn-hangzhou:${accountId}:file/a/b%2A/c%3Ad` });
  });

  test('may be missing, and may not be empty', () => {
    const template = templateOf('order/{query.id}', '/orders');
    assert.deepEqual(template.fill(accountId, valuesOf([])), { ok: false, missing: 'id' });
    assert.deepEqual(template.fill(accountId, valuesOf([], { query: new Map([['id', '']]) })), {
      ok: false,
      missing: 'id',
    });
  });

  test('may come from a header', () => {
    const template = templateOf('tenant/{header.X-Acs-Tenant}', '/orders');
    const headers = new Map([['x-acs-tenant', 'a/b']]);
    assert.deepEqual(template.fill(accountId, valuesOf([], { headers })), {
      ok: true,
      arn: `acs:orders:cn-hangzhou:${accountId}:tenant/a%2Fb`,
    });
  });
});
