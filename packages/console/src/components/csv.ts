/** Matches text that spreadsheets treat as a formula. */
const FORMULA_START = /^[=+\-@\t\r]/;

/**
 * Formats a field of a CSV file. An apostrophe is put before text that a spreadsheet would run as a formula
 * (CWE-1236).
 */
function field(value: string): string {
  const safe = FORMULA_START.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Formats lines of a CSV file (RFC 4180). */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/**
 * Formats a CSV file (RFC 4180) with a byte order mark, without which spreadsheets misread Chinese.
 * @param rows with the headings first
 */
export function csvText(rows: readonly (readonly string[])[]): string {
  return `\ufeff${csvLines(rows)}`;
}

/**
 * Saves a text as a file.
 * @param text whole, or in parts, which the browser may keep outside of memory
 */
export function saveFile(
  name: string,
  text: string | readonly Blob[],
  type = 'text/csv;charset=utf-8',
): void {
  const url = URL.createObjectURL(new Blob(typeof text === 'string' ? [text] : [...text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
