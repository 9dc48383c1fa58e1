/** `examples/orders/run.mjs` with each kind of guard. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseServiceMap, serviceMapFromOpenApi } from '@claviger/guard';
import { Validator } from '@seriousme/openapi-schema-validator';
import { parse } from 'yaml';
import { claviger } from './claviger-process.ts';

const example = (name: string) => fileURLToPath(new URL(`../../../examples/orders/${name}`, import.meta.url));
const NGINX_MISSING =
  spawnSync('nginx', ['-v']).status === 0
    ? false
    : 'NOT TESTED: there is no nginx on this machine; the example of nginx is untested here';
if (NGINX_MISSING) console.error(NGINX_MISSING);

/** Requests, their client and their result, which do not depend on the guard. */
const EXPECTED: readonly (readonly [what: string, by: string, outcome: RegExp])[] = [
  [
    'place an order',
    'openapi-client',
    /^201 {2}\{"orderId":"1001","sku":"a-1","quantity":2,"status":"open",/,
  ],
  ['place another', 'openapi-core', /^201 {2}\{"orderId":"1002",.*"placedBy":"acs:ram::\d+:user\/customer-/],
  ['see order 1001', 'openapi-core', /^200 {2}\{"orderId":"1001",/],
  ['list the orders', 'openapi-client', /^200 {2}\{"orders":\[\{"orderId":"1002",.*\{"orderId":"1001",/],
  ['see order 1001', 'claviger call', /^exit code 0 {2}\{"orderId":"1001",/],
  ['see order 1002', 'openapi-client', /^403 {2}NoPermission: .*order\/1002 Action: orders:GetOrder /],
  [
    'see order 1002',
    'claviger call',
    /^exit code 1 {2}403 Forbidden\n[\s\S]*missing {3}orders:GetOrder on acs:orders:\*:\d+:order\/1002\n[\s\S]*to allow {2}\{"Effect":"Allow"/,
  ],
  ['cancel order 1001', 'claviger call', /^exit code 0 {2}\{"orderId":"1001",.*"status":"cancelled"/],
  [
    'cancel it once more',
    'claviger call',
    /^exit code 1 {2}409 Conflict\n *OrderNotOpen: The order 1001 is cancelled\.$/,
  ],
  ['without a signature', 'fetch', /^40[01] {2}AccessKeyId is mandatory for this action\.$/],
  ['with its key disabled', 'openapi-client', /^40[01] {2}InvalidAccessKeyId.Inactive: /],
  ['its key was last used', 'openapi-client', /^200 .*"ServiceName":"orders"/],
];

describe('the orders example', () => {
  for (const [guard, skip] of [
    ['gateway', false],
    ['nginx', NGINX_MISSING],
    ['fastify', false],
  ] as const) {
    test(`returns the expected responses behind ${guard}`, { skip }, async () => {
      const { out, err, code } = await run(guard);
      assert.equal(code, 0, `${out}\n${err}`);
      const outcomes = parseOutcomes(out);
      assert.deepEqual(
        outcomes.map(({ what, by }) => [what, by]),
        EXPECTED.map(([what, by]) => [what, by]),
        `${out}\n${err}`,
      );
      for (const [at, [what, by, outcome]] of EXPECTED.entries()) {
        assert.match(outcomes[at]!.outcome, outcome, `${what}, ${by}`);
      }
    });
  }

  for (const command of ['gateway', 'forward-auth']) {
    test(`has a configuration of ${command} without errors and warnings`, () => {
      const { status, out, err } = claviger([command, '--config', example(`${command}.yaml`), '--check']);
      assert.deepEqual([status, err], [0, '']);
      assert.match(out, /1 service, 4 routes, no errors\n$/);
    });
  }

  test('an unknown guard is refused with the list of known ones', async () => {
    const { code, err } = await run('telepathy');
    assert.equal(code, 2);
    assert.match(err, /\[gateway\] \[nginx\] \[fastify\]/);
  });

  test('has a valid OpenAPI document', async () => {
    const { valid, errors } = await new Validator().validate(
      parse(readFileSync(example('openapi.yaml'), 'utf8')),
    );
    assert.equal(valid, true, JSON.stringify(errors));
  });

  test('has a service map that equals its OpenAPI document', () => {
    const written = parseServiceMap(readFileSync(example('service-map.yaml'), 'utf8'));
    const derived = serviceMapFromOpenApi(readFileSync(example('openapi.yaml'), 'utf8'), {
      service: 'orders',
    });
    for (const [method, target] of [
      ['GET', '/orders'],
      ['POST', '/orders'],
      ['GET', '/orders/1001'],
      ['POST', '/orders/1001/cancel'],
      ['DELETE', '/orders/1001'],
      ['GET', '/orders/1001/cancel'],
    ] as const) {
      assert.deepEqual(
        meaningOf(written.match(method, target)),
        meaningOf(derived.match(method, target)),
        target,
      );
    }
  });
});

function meaningOf(found: ReturnType<ReturnType<typeof parseServiceMap>['match']>) {
  if (found.kind !== 'found') return found.kind;
  const values = { path: found.path, query: new Map<string, string>(), headers: undefined };
  return [found.route.action, found.route.resource.fill('1234567890123456', values)];
}

function run(guard: string): Promise<{ out: string; err: string; code: number }> {
  const { promise, resolve } = Promise.withResolvers<{ out: string; err: string; code: number }>();
  execFile(process.execPath, [example('run.mjs'), guard], (error, out, err) =>
    resolve({ out, err, code: error === null ? 0 : Number(error.code) }),
  );
  return promise;
}

/** Parses the printed table; a line with deeper indentation continues the line before. */
function parseOutcomes(out: string) {
  const found: { what: string; by: string; outcome: string }[] = [];
  for (const line of out.split('\n')) {
    const [, what, by, outcome] = /^ {2}(\S.{21})(\S.{15})(.*)$/.exec(line) ?? [];
    if (what !== undefined) found.push({ what: what.trim(), by: by!.trim(), outcome: outcome! });
    else if (/^ {40}/.test(line)) found.at(-1)!.outcome += `\n${line.trim()}`;
  }
  return found;
}
