import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REPOSITORY } from '../release/shipped-packages.ts';

const page = readFileSync(join(REPOSITORY, 'docs', 'threat-model.md'), 'utf8');

/**
 * Number of requirements of levels 1 and 2 in each section of OWASP ASVS 5.0.0, `SECTION:COUNT`.
 * @see https://github.com/OWASP/ASVS/tree/v5.0.0/5.0
 */
const REQUIREMENTS =
  '1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 ' +
  '5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 ' +
  '8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 ' +
  '11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 ' +
  '16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2';

test('each test that the threat model names exists', () => {
  const named = [...page.matchAll(/\[`([^`]+)`\]\((\.\.\/packages\/[^)]+)\)/g)];
  assert.ok(named.length >= 40, `only ${named.length} are named`);
  for (const [, title = '', link = ''] of named) {
    const file = join(REPOSITORY, 'docs', link);
    assert.ok(existsSync(file), `${link} does not exist`);
    // A test's title may have any kind of quotes.
    const text = readFileSync(file, 'utf8').replaceAll("\\'", "'");
    assert.ok(
      ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`)),
      `${link}: ${title}`,
    );
  }
});

test('each threat has a defence and a test', () => {
  const threats = page.slice(page.indexOf('## Threats'), page.indexOf('## What is logged'));
  const rows = threats
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (threat|---) \|/.test(line));
  for (const row of rows) {
    const [, threat = '', defence = '', shown = ''] = row
      .split(' | ')
      .map((cell) => cell.replace(/^\| /, ''));
    assert.ok(threat !== '' && defence !== '' && /\]\(\.\.\/packages\//.test(shown || row), row);
  }
  assert.ok(rows.length >= 30);
});

test('each requirement of ASVS 5.0 level 2 is listed once as met, not met or not applicable', () => {
  const expected = REQUIREMENTS.split(' ').flatMap((section) => {
    const [name = '', count = ''] = section.split(':');
    return Array.from({ length: Number(count) }, (_, at) => `${name}.${at + 1}`);
  });
  const table = page.slice(page.indexOf('## OWASP ASVS'));
  const found: string[] = [];
  const counts = [0, 0, 0];
  for (const line of table.split('\n').filter((row) => row.startsWith('| V'))) {
    const cells = line.split(' | ').slice(1, 4);
    for (const [at, cell] of cells.entries()) {
      const ids = cell.match(/\b\d+\.\d+\.\d+\b/g) ?? [];
      counts[at] = counts[at]! + ids.length;
      found.push(...ids);
    }
  }
  assert.deepEqual(found.toSorted(), expected.toSorted());
  assert.ok(
    page.includes(
      `${counts[0]} met, ${counts[1]} not met, ${counts[2]} not applicable, of ${expected.length}.`,
    ),
  );
});
