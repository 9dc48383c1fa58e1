/** Formats a document that is on one line; keeps the format of other documents. */
export function formatDocument(document: string): string {
  if (document.includes('\n')) return document;
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}
