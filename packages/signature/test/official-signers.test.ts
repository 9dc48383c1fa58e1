import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithOfficial } from './compare-signers.ts';
import { OFFICIAL_SIGNERS, readCorpus, received } from './official-signers.ts';
import { Random } from './random.ts';

/** Requests that the official Python and Java clients have signed; `npm run fuzz:clients -- --keep` adds to them. */
const corpus = readCorpus();

for (const signer of Object.values(OFFICIAL_SIGNERS).flat()) {
  test(`what ${signer} has signed is verified, signed alike, and refused once it is changed`, () => {
    const requests = corpus.filter((one) => one.signer === signer).map(received);
    assert.ok(requests.length >= 10, `only ${requests.length} requests`);
    const random = new Random(1);
    for (const [at, request] of requests.entries()) {
      compareWithOfficial(signer, request, requests[(at + 1) % requests.length]!, random, 50);
    }
  });
}
