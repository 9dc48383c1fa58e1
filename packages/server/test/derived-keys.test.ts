/** An ACS4 key is derived for one day, region and product: the control plane refuses it for any other. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { signRequest } from '@claviger/signature';
import { implementedOperations } from '../src/claviger.ts';
import type { ClientKey } from './clients.ts';
import { readJson, send } from './raw-request.ts';
import { eachServer, type TestServer } from './server.ts';

/** Code for operations that only a console session may call: they accept no signature. */
const WITHOUT_SIGNATURE = 'SessionAndSignature';

eachServer((_, start) => {
  describe('a key derived by ACS4', () => {
    let server: TestServer;
    let key: ClientKey;

    before(async () => {
      server = await start();
      key = await server.account.rootKey();
    });

    const call = async (version: string, action: string, scope: { product: string; region?: string }) =>
      readJson(
        await send(
          server.url,
          signRequest(
            {
              method: 'POST',
              target: '/',
              headers: [
                ['host', new URL(server.url).host],
                ['accept', 'application/json'],
              ],
            },
            { accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret },
            { scheme: 'ACS4-HMAC-SHA256', now: Date.now(), nonce: randomUUID(), action, version, ...scope },
          ),
        ),
      );

    test('for another product is refused by every operation', async () => {
      for (const { version, name, product } of implementedOperations().all()) {
        for (const other of ['Ecs', product === 'Sts' ? 'Ram' : 'Sts']) {
          const { status, code, message } = await call(version, name, { product: other });
          if (code === WITHOUT_SIGNATURE) continue;
          assert.deepEqual([status, code], [400, 'IncompleteSignature'], `${product} ${name} by ${other}`);
          assert.ok(message.includes(`for the product \`${other}\``), message);
        }
      }
    });

    for (const [product, version, action] of [
      ['Sts', '2015-04-01', 'GetCallerIdentity'],
      ['Ram', '2015-05-01', 'ListUsers'],
      ['Ims', '2019-08-15', 'ListUsers'],
      ['Actiontrail', '2020-07-06', 'LookupEvents'],
    ] as const) {
      test(`for ${product} without a region can call ${action}, in any spelling of the product`, async () => {
        for (const spelled of [product, product.toLowerCase()]) {
          const { status } = await call(version, action, { product: spelled });
          assert.equal(status, 200);
        }
      });

      test(`for ${product} in another region than the host's is refused`, async () => {
        const { code } = await call(version, action, { product, region: 'cn-beijing' });
        assert.equal(code, 'IncompleteSignature');
      });
    }
  });
});
