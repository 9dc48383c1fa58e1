/**
 * A parameter that an operation does not know is ignored, as in RAM, and named in `x-claviger-warning`: a mistyped
 * restriction would otherwise be silently missing.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { AnyOperation } from '../src/pipeline/operation.ts';
import { EVERY_OPERATION, GLOBAL_EFFECT_OPERATIONS, requestCases } from './prepared-requests.ts';
import { send, signedRequest, ways } from './raw-request.ts';
import { SampleEntities } from './sample-entities.ts';
import { eachServer, type TestServer } from './server.ts';

const HEADER = 'x-claviger-warning';

const SECRET = 'hunter2-never-echoed';

type Fields = Readonly<Record<string, { readonly properties?: Readonly<Record<string, unknown>> }>>;

/** Returns the names by which a request may write the parameters of an operation. */
function namesOf({ input }: AnyOperation): string[] {
  return Object.entries(input).flatMap(([name, { schema }]) => {
    if (schema['type'] !== 'array') return [name];
    const fields = Object.keys((schema['items'] as Fields[string]).properties ?? {});
    return fields.length === 0 ? [name, `${name}.1`] : [name, ...fields.map((field) => `${name}.1.${field}`)];
  });
}

/** Swaps two neighbouring letters in the last part of a name. */
function mistyped(name: string): string {
  const at = name.length - 2;
  return `${name.slice(0, at)}${name[at + 1]}${name[at]}`;
}

eachServer((_, start) => {
  describe('unknown parameters', () => {
    let server: TestServer;
    let entities: SampleEntities;
    before(async () => {
      const now = Date.now();
      server = await start({ now: () => now });
      const vendor = new SampleEntities(server, await server.newAccount(), 'vendor', now);
      entities = new SampleEntities(server, server.account, 'a', now, vendor);
    });

    const post = async (fields: Readonly<Record<string, string>>) => {
      const answer = await fetch(server.url, { method: 'POST', body: new URLSearchParams(fields) });
      await answer.text();
      return answer.headers.get(HEADER);
    };

    test('of every operation are named in the answer, with the nearest known name and without their values', async () => {
      for (const operation of EVERY_OPERATION) {
        const { name: Action, version: Version } = operation;
        const known = namesOf(operation);
        const right = { Action, Version, Format: 'JSON', RegionId: 'cn-hangzhou' };
        assert.equal(
          await post({ ...right, ...Object.fromEntries(known.map((name) => [name, SECRET])) }),
          null,
          Action,
        );
        const wrong = known.flatMap((name) => {
          const written = [name[0] + mistyped(name.slice(1)), name.toLowerCase(), `${name}Xyzzy`];
          // The number of an item is checked by the list itself.
          const isItem = (one: string) => one.includes('.') && !/^[^.]+\.1\.[^.]+$/.test(one);
          return written.filter((one) => !known.includes(one) && !isItem(one));
        });
        for (let at = 0; at < wrong.length; at += 6) {
          const some = wrong.slice(at, at + 6);
          const warning = await post({ ...right, ...Object.fromEntries(some.map((one) => [one, SECRET])) });
          assert.ok(warning !== null && !warning.includes(SECRET));
          for (const one of some) {
            const means = one === one.toLowerCase() ? ', did you mean ' : '';
            assert.ok(
              warning.includes(`unknown parameter ${one} was ignored${means}`),
              `${Action}: ${warning}`,
            );
          }
        }
        assert.match(
          (await post({ ...right, 'hunter2 as a name': '', ÄÖÜ: '' })) ?? '',
          /^a parameter was ignored: its name is not valid$/,
        );
      }
    });

    test('are ignored: the call is executed without them', async () => {
      for (const [at, way] of ways.entries()) {
        const parameters = { UserName: `mistyped-${at}`, Comment: SECRET };
        const request = signedRequest(server.url, server.account.key, way, {
          version: '2015-05-01',
          action: 'CreateUser',
          format: 'JSON',
          parameters,
        });
        const answer = await send(server.url, request);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.headers[HEADER], 'unknown parameter Comment was ignored, did you mean Comments?');
      }
    });

    test('in one item of a list are named, however the list is written', async () => {
      const call = async (parameters: Readonly<Record<string, string>>) => {
        const request = signedRequest(server.url, server.account.key, 'ACS3', {
          version: '2020-07-06',
          action: 'LookupEvents',
          parameters,
        });
        return (await send(server.url, request)).headers[HEADER];
      };
      const right = { 'LookupAttribute.1.Key': 'EventRW', 'LookupAttribute.1.Value': 'Write' };
      assert.equal(await call(right), undefined);
      assert.equal(
        await call({ ...right, 'LookupAttribute.1.Vaule': 'x' }),
        'unknown parameter LookupAttribute.1.Vaule was ignored, did you mean LookupAttribute.1.Value?',
      );
      assert.equal(
        await call({ LookupAttribute: '[{"Key":"EventRW","Value":"Write","Valeu":"x"}]' }),
        'unknown parameter LookupAttribute.Valeu was ignored, did you mean LookupAttribute.Value?',
      );
    });

    test('are bounded in the answer, however many the request has', async () => {
      const many = Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`Unknown${at}`, 'x']));
      const warning = await post({ Action: 'GetCallerIdentity', Version: '2015-04-01', ...many });
      assert.ok(warning!.length <= 2100);
      assert.match(warning!, /; 890 more$/);
    });

    test('are in no request that the other tests prepare', async () => {
      const cases = requestCases().filter(
        ({ operation }) => !GLOBAL_EFFECT_OPERATIONS.includes(operation.name),
      );
      for (const { title, operation, name, prepare } of cases) {
        const { parameters } = await prepare(entities, name);
        const { version, name: action } = operation;
        // Its success is tested elsewhere.
        const request = signedRequest(server.url, server.account.key, 'ACS3 with a form', {
          version,
          action,
          parameters,
        });
        const { headers } = await send(server.url, request);
        const warning = decodeURIComponent(String(headers[HEADER] ?? ''));
        assert.doesNotMatch(warning, /parameter/, title);
      }
    });
  });
});
