import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  REPOSITORY,
  readLockFile,
  type ShippedPackage,
  shippedPackages,
} from '../release/shipped-packages.ts';
import { readReviewedList, reviewFaults, THIRD_PARTY_PAGE, thirdPartyText } from '../release/third-party.ts';

describe('shipped third-party packages', () => {
  const list = readReviewedList();
  const shipped = shippedPackages(readLockFile(), list.bundledInConsole);

  test('are reviewed, with a reason, an accepted licence and a digest', () => {
    assert.deepEqual(reviewFaults(shipped, list), []);
    for (const [name, { reason }] of Object.entries(list.packages)) assert.ok(reason.length > 3, name);
    assert.ok(shipped.length > 150, `only ${shipped.length} were found`);
  });

  test('include those that are bundled in the console', () => {
    const sources = join(REPOSITORY, 'packages', 'console', 'src');
    const imported = new Set<string>();
    for (const file of globSync('**/*.{ts,tsx}', { cwd: sources })) {
      // Programs that the console shows are texts, not imports of its own.
      const text = readFileSync(join(sources, file), 'utf8').replaceAll(/`[^`]*`/g, '``');
      for (const [, name = ''] of text.matchAll(/(?:from|import\()\s*'((?:@[\w-]+\/)?[\w-][\w.-]*)/g))
        imported.add(name);
    }
    const unknown = [...imported].filter((name) => !list.bundledInConsole.includes(name));
    assert.deepEqual(unknown, []);
    assert.deepEqual(
      list.bundledInConsole.filter((name) => !imported.has(name)),
      [],
    );
  });

  test('fail the review for an unreviewed package, another licence and a missing digest', () => {
    const one = {
      name: 'left-pad',
      version: '1.0.0',
      licence: 'MIT',
      hasIntegrity: true,
      how: 'installed',
    } as const;
    const faults = (...more: readonly ShippedPackage[]) => reviewFaults([...shipped, ...more], list);
    assert.match(String(faults(one)), /^left-pad 1\.0\.0 is not reviewed/);
    assert.match(
      String(faults({ ...one, name: 'jose', licence: 'GPL-3.0-only' })),
      /has the licence GPL.*not accepted/,
    );
    assert.match(String(faults({ ...one, name: 'jose', hasIntegrity: false })), /no sha512 digest/);
    const rest = shipped.filter(({ name }) => name !== 'jose');
    assert.deepEqual(reviewFaults(rest, list), [
      'jose is no longer needed: remove it from reviewed-packages.json',
    ]);
  });

  test('docs/third-party.md is what `npm run licences` writes', () => {
    assert.equal(readFileSync(THIRD_PARTY_PAGE, 'utf8'), thirdPartyText(shipped, list));
  });
});
