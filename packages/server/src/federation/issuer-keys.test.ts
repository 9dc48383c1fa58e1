import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DocumentUnavailable, type FetchDocument } from './fetch-document.ts';
import { IssuerKeys } from './issuer-keys.ts';

const issuerUrl = 'https://idp.example.com/realm';
const configurationUrl = `${issuerUrl}/.well-known/openid-configuration`;
const keysUrl = 'https://keys.example.com/keys';
const minute = 60_000;

/** Documents by their address, and the requested ones. */
function network(documents: Record<string, unknown>) {
  const asked: string[] = [];
  const pinned: Record<string, readonly string[]> = {};
  const logged: string[] = [];
  const fetch: FetchDocument = async (url, fingerprints) => {
    asked.push(url.href);
    pinned[url.href] = fingerprints;
    const document = documents[url.href];
    if (document === undefined) throw new DocumentUnavailable('it is away');
    return typeof document === 'string' ? document : JSON.stringify(document);
  };
  const keys = new IssuerKeys(fetch, (message) => logged.push(message));
  return { keys, asked, pinned, documents, logged };
}

const inOrder = () =>
  network({
    [configurationUrl]: { issuer: issuerUrl, jwks_uri: keysUrl },
    [keysUrl]: { keys: [] },
  });

const issuer = { issuerUrl, fingerprints: [] as readonly string[] };

describe('the keys of an issuer', () => {
  test('are found by discovery, and fetched once in ten minutes', async () => {
    const { keys, asked } = inOrder();
    const first = await keys.find(issuer, 0);
    assert.ok(!(first.keys instanceof DocumentUnavailable));
    assert.equal(await keys.find(issuer, 10 * minute - 1), first);
    assert.deepEqual(asked, [configurationUrl, keysUrl]);
    await keys.find(issuer, 10 * minute);
    assert.equal(asked.length, 4);
  });

  test('are found for an issuer that ends in a slash, which differs from one that does not', async () => {
    const slashed = `${issuerUrl}/`;
    const documents = { [configurationUrl]: { issuer: slashed, jwks_uri: keysUrl }, [keysUrl]: { keys: [] } };
    const { keys, asked } = network(documents);
    const found = await keys.find({ issuerUrl: slashed, fingerprints: [] }, 0);
    assert.ok(!(found.keys instanceof DocumentUnavailable));
    assert.deepEqual(asked, [configurationUrl, keysUrl]);
    assert.ok((await keys.find(issuer, 0)).keys instanceof DocumentUnavailable);
  });

  test('are fetched once for concurrent requests', async () => {
    const { keys, asked } = inOrder();
    await Promise.all([keys.find(issuer, 0), keys.find(issuer, 0), keys.find(issuer, 0)]);
    assert.equal(asked.length, 2);
  });

  test('are fetched again for an unknown key id, but not for each token that names one', async () => {
    const { keys, asked } = inOrder();
    const first = await keys.find(issuer, 0);
    assert.equal(await keys.findNewer(issuer, first, minute / 2 - 1), first);
    const second = await keys.findNewer(issuer, first, minute / 2);
    assert.notEqual(second, first);
    assert.equal(await keys.findNewer(issuer, first, minute / 2 + 1), second);
    assert.equal(asked.length, 4);
  });

  test('stay valid for their time if the issuer is unavailable when newer ones are fetched', async () => {
    const { keys, asked, documents, logged } = inOrder();
    const known = await keys.find(issuer, 0);
    const configuration = documents[configurationUrl];
    delete documents[configurationUrl];
    const still = await keys.findNewer(issuer, known, minute);
    assert.equal(still.keys, known.keys);
    assert.equal(asked.length, 3);
    assert.match(logged.join(), /idp\.example\.com\/realm.*it is away/);
    // It is not asked for a while then, too.
    assert.equal((await keys.findNewer(issuer, known, 1.5 * minute - 1)).keys, known.keys);
    assert.equal(asked.length, 3);
    await keys.findNewer(issuer, known, 1.5 * minute);
    assert.equal(asked.length, 4);
    assert.equal((await keys.find(issuer, 10 * minute - 1)).keys, known.keys);
    const over = await keys.find(issuer, 10 * minute);
    assert.ok(over.keys instanceof DocumentUnavailable);
    documents[configurationUrl] = configuration;
    assert.ok(!((await keys.find(issuer, 11 * minute)).keys instanceof DocumentUnavailable));
  });

  test('are not kept beyond their time if the issuer is unavailable, which is asked again after a pause', async () => {
    const { keys, asked, documents } = inOrder();
    await keys.find(issuer, 0);
    const configuration = documents[configurationUrl];
    delete documents[configurationUrl];
    const away = await keys.find(issuer, 10 * minute);
    assert.ok(away.keys instanceof DocumentUnavailable);
    assert.equal(await keys.find(issuer, 10 * minute + 1), away);
    assert.equal(asked.length, 3);
    documents[configurationUrl] = configuration;
    const back = await keys.find(issuer, 10.5 * minute);
    assert.ok(!(back.keys instanceof DocumentUnavailable));
  });

  test('are fetched anew with other fingerprints, which are those of the issuer’s host', async () => {
    const { keys, asked, pinned, documents } = inOrder();
    await keys.find(issuer, 0);
    await keys.find({ issuerUrl, fingerprints: ['aa'] }, 0);
    assert.equal(asked.length, 4);
    assert.deepEqual({ ...pinned }, { [configurationUrl]: ['aa'], [keysUrl]: [] });
    const own = 'https://idp.example.com/keys';
    documents[configurationUrl] = { issuer: issuerUrl, jwks_uri: own };
    documents[own] = { keys: [] };
    await keys.find({ issuerUrl, fingerprints: ['bb'] }, 0);
    assert.deepEqual(pinned[own], ['bb']);
  });

  test('are absent if the documents are invalid', async () => {
    for (const documents of [
      {},
      { [configurationUrl]: 'hello' },
      { [configurationUrl]: 'null' },
      { [configurationUrl]: { issuer: 'https://other.example.com', jwks_uri: keysUrl } },
      { [configurationUrl]: { issuer: issuerUrl } },
      { [configurationUrl]: { issuer: issuerUrl, jwks_uri: 'keys' } },
      { [configurationUrl]: { issuer: issuerUrl, jwks_uri: 'http://localhost/keys' } },
      { [configurationUrl]: { issuer: issuerUrl, jwks_uri: 'file:///keys' } },
      { [configurationUrl]: { issuer: issuerUrl, jwks_uri: keysUrl } },
      { [configurationUrl]: { issuer: issuerUrl, jwks_uri: keysUrl }, [keysUrl]: { keys: 'none' } },
    ]) {
      // Any document that can be fetched would be accepted as keys; it must not be fetched.
      const served = { 'http://localhost/keys': { keys: [] }, 'file:///keys': { keys: [] }, ...documents };
      const found = await network(served).keys.find(issuer, 0);
      assert.ok(found.keys instanceof DocumentUnavailable, JSON.stringify(documents));
    }
  });

  test('of at most a thousand issuers are cached, and always those of the last five hundred', async () => {
    const asked: string[] = [];
    const fetch: FetchDocument = async (url) => {
      asked.push(url.href);
      return url.pathname === '/keys'
        ? '{"keys":[]}'
        : JSON.stringify({ issuer: url.origin, jwks_uri: `${url.origin}/keys` });
    };
    const keys = new IssuerKeys(fetch, () => {});
    const of = (number: number) => ({ issuerUrl: `https://i${number}.example.com`, fingerprints: [] });
    for (let number = 0; number <= 1000; number++) await keys.find(of(number), 0);
    const before = asked.length;
    await keys.find(of(501), 0);
    assert.equal(asked.length, before);
    await keys.find(of(0), 0);
    assert.equal(asked.length, before + 2);
  });
});
