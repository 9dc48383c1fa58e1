import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { coverage, withCoverage } from '../api-description/coverage.ts';
import { errorsPage } from '../api-description/errors-page.ts';
import { generatedFiles, packageFolder } from '../api-description/generate.ts';
import { referenceFolder, referencePage } from '../api-description/reference.ts';
import { OPEN_API_PRODUCTS } from '../src/api/openapi.ts';
import { operations } from '../src/api/operations.ts';
import { docsAnchor, refusalRows } from '../src/errors/refusal-table.ts';

test('the API description has the 187 operations of RAM', () => {
  assert.equal(coverage().length, 187);
});

test('no operation is implemented that RAM does not have', () => {
  const described = new Set(coverage().map((row) => `${row.version} ${row.operation}`));
  for (const { version, name, answer } of operations) {
    // Of an older version, which the description lacks.
    if (answer !== undefined) continue;
    assert.ok(described.has(`${version} ${name}`), `${version} ${name}`);
  }
});

test('the table of the README is up to date; if not: npm run coverage:api -- --write', () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  // Columns are padded in the README; their content is compared.
  const squeezed = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
  assert.equal(squeezed(readme), squeezed(withCoverage(readme)));
});

test('the reference pages are up to date; if not: npm run docs:reference', () => {
  for (const [name, version] of OPEN_API_PRODUCTS) {
    const page = readFileSync(new URL(`${name}.md`, referenceFolder), 'utf8');
    assert.equal(page, referencePage(version), `docs/reference/${name}.md`);
  }
});

test('generated types and descriptions are up to date; if not: npm run generate:api', () => {
  for (const [name, text] of generatedFiles) {
    assert.equal(readFileSync(new URL(name, packageFolder), 'utf8'), text(), name);
  }
});

test('the page of error codes is up to date, with an anchor for every code; if not: npm run docs:reference', () => {
  const page = readFileSync(new URL('../errors.md', referenceFolder), 'utf8');
  assert.equal(page, errorsPage());
  for (const [, { code }] of refusalRows())
    assert.ok(page.includes(`<a id="${docsAnchor(code)}"></a>`), code);
});
