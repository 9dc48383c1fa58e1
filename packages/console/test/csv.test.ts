import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvText } from '../src/components/csv.ts';

test('a text that a spreadsheet would run as a formula is escaped', () => {
  const dangerous = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://evil.example","x")'];
  for (const text of dangerous) {
    const line = csvText([[text]]).replace('\ufeff', '');
    assert.match(line, /^"?'/, JSON.stringify(text));
  }
});

test('commas, quotation marks and line breaks are quoted', () => {
  assert.equal(
    csvText([['a,b', 'say "hi"', 'two\nlines', '']]),
    '\ufeff"a,b","say ""hi""","two\nlines",\r\n',
  );
});
