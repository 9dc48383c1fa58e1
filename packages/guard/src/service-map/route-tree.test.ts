import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type PathTemplate, readPathTemplate, relationOf } from './path-template.ts';
import { readRequestPath } from './request-path.ts';
import type { Route } from './route.ts';
import { RouteTree } from './route-tree.ts';

function templateOf(text: string): PathTemplate {
  const template = readPathTemplate(text);
  assert.ok(template.ok, text);
  return template;
}

function treeOf(...templates: string[]): RouteTree {
  return treeOfRoutes(true, templates);
}

function treeOfRoutes(caseSensitive: boolean, templates: readonly string[]): RouteTree {
  const tree = new RouteTree();
  for (const text of templates) {
    const { segments } = templateOf(text);
    tree.add({ method: 'GET', template: text, caseSensitive } as Route, segments);
  }
  return tree;
}

/** The template that a request takes and the values it has there; `unmapped`; `unclear`. */
function find(tree: RouteTree, target: string): string {
  const path = readRequestPath(target);
  if (!path.ok) return 'unclear';
  const found = tree.find('GET', path);
  return found.kind === 'found' ? [found.route.template, ...found.path].join(' ') : found.kind;
}

describe('a search for the route of a request', () => {
  const tree = treeOf(
    '/',
    '/orders',
    '/orders/{id}',
    '/orders/export',
    '/orders/{id}/items/{item}',
    '/orders/export/items',
    '/users/@me',
    '/users/{id}',
    '/files/{path+}',
    '/files/{name}/meta',
    '/closed/',
  );
  const expected: [string, string][] = [
    ['/', '/'],
    ['/orders', '/orders'],
    ['/orders/', 'unmapped'],
    ['/closed/', '/closed/'],
    ['/closed', 'unmapped'],
    ['/orders/17', '/orders/{id} 17'],
    ['/orders/17/', 'unmapped'],
    ['/orders/export', '/orders/export'],
    ['/orders/Export', '/orders/{id} Export'],
    ['/orders/17/items/3', '/orders/{id}/items/{item} 17 3'],
    ['/orders/export/items', '/orders/export/items'],
    ['/orders/export/items/3', '/orders/{id}/items/{item} export 3'],
    ['/orders/17/items', 'unmapped'],
    ['/files/a', '/files/{path+} a'],
    ['/files/a/b/c', '/files/{path+} a/b/c'],
    ['/files/a/meta', '/files/{name}/meta a'],
    ['/files/a/b/meta', '/files/{path+} a/b/meta'],
    ['/files/a%20b/c', '/files/{path+} a b/c'],
    ['/files', 'unmapped'],
    ['/files/', 'unmapped'],
    ['/files/a/', 'unmapped'],
    ['/users/%40ann', '/users/{id} @ann'],
    ['/users/@me', '/users/@me'],
    // One server takes it for the literal, another for the parameter.
    ['/users/%40me', 'unclear'],
  ];
  for (const [target, found] of expected) {
    test(`${target} finds ${found}`, () => assert.equal(find(tree, target), found));
  }

  test('of another method finds nothing', () => {
    const path = readRequestPath('/orders');
    assert.ok(path.ok);
    assert.equal(tree.find('POST', path).kind, 'unmapped');
    assert.equal(tree.find('get', path).kind, 'unmapped');
  });

  test('finds what trying every template one by one finds, the most exact of them', () => {
    const segment = fc.constantFrom('a', 'b', '{x}', '{y}');
    const template = fc
      .tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '/', '/{rest+}'))
      .map(
        ([segments, end]) => `/${segments.map((each, at) => each.replace(/[xy]/, `p${at}`)).join('/')}${end}`,
      )
      .filter((text) => !text.includes('//'));
    const target = fc
      .tuple(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }), fc.constantFrom('', '/'))
      .map(([segments, end]) => (segments.length === 0 ? '/' : `/${segments.join('/')}${end}`));
    fc.assert(
      fc.property(
        fc.array(template, { maxLength: 12 }),
        fc.array(target, { maxLength: 12 }),
        (texts, targets) => {
          const kept: string[] = [];
          for (const text of texts) {
            const relations = kept.map((other) =>
              relationOf(templateOf(text).segments, templateOf(other).segments),
            );
            if (!relations.some((relation) => relation === 'same' || relation === 'crossing'))
              kept.push(text);
          }
          const made = treeOf(...kept);
          for (const each of targets) {
            const matching = kept.filter((text) => patternOf(text).test(each));
            const [first = 'unmapped'] = matching.toSorted((a, b) => (isNarrower(a, b) ? -1 : 1));
            assert.equal(find(made, each).split(' ')[0], first, `${each} in ${kept.join(' ')}`);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('takes no longer among 5,000 routes: it looks at no more segments than the path has', () => {
    const many = treeOf(...Array.from({ length: 5000 }, (_, at) => `/service${at}/{id}/part${at % 7}`));
    assert.equal(find(many, '/service4711/x/part0'), '/service4711/{id}/part0 x');
    assert.equal(find(many, '/service4711/x/part1'), 'unmapped');
  });
});

/** A template as a regular expression: the plain way to match. */
function patternOf(template: string): RegExp {
  const source = template.replaceAll(/\{\w+\+\}/g, '[^/]+(?:/[^/]+)*').replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}

/** Whether the first of two nested templates is the narrower one. */
function isNarrower(a: string, b: string): boolean {
  const rank = (text: string) =>
    text
      .split('/')
      .map((segment) => (segment.endsWith('+}') ? 2 : segment.startsWith('{') ? 1 : 0))
      .join('');
  const left = rank(a);
  const right = rank(b);
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] !== right[at]) return left[at]! < right[at]!;
  }
  return false;
}
