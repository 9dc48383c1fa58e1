/** A document with line breaks and indents, when it came without; one that has its own keeps them. */
export function laidOut(document: string): string {
  if (document.includes('\n')) return document;
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}
