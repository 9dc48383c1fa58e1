/**
 * Returns the name in a `Host` header or the authority of a URL: lower case, without port, brackets and the trailing
 * dot. Empty for any other text.
 */
export function hostNameOf(header: string): string {
  const [, bracketed, plain] = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{0,5})?$/i.exec(header) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase().replace(/\.$/, '');
}
