import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { OPEN_API_PRODUCTS } from '../src/api/openapi.ts';
import { implementedOperations } from '../src/claviger.ts';
import { eachServer, type TestServer } from './server.ts';

eachServer((_, start) => {
  describe('the description of the API', () => {
    let server: TestServer;
    before(async () => {
      server = await start();
    });

    for (const [product, version] of OPEN_API_PRODUCTS) {
      test(`/openapi/${product}.json is valid OpenAPI 3.1 and has exactly the implemented operations`, async () => {
        const answer = await fetch(`${server.adminUrl}/openapi/${product}.json`);
        assert.equal(answer.status, 200);
        const document = (await answer.json()) as { readonly paths: Readonly<Record<string, unknown>> };
        const { valid, errors } = await new Validator().validate(structuredClone(document));
        assert.ok(valid, JSON.stringify(errors));
        const built = [...implementedOperations().all()]
          .filter((operation) => operation.version === version)
          .map((operation) => `/#${operation.name}`);
        assert.deepEqual(Object.keys(document.paths).sort(), built.sort());
      });
    }
  });
});
