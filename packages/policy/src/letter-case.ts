/**
 * Lower-cases the letters A to Z only. Unicode folding would turn the Kelvin sign into `k`, and a name could
 * then match a policy that was written for another one.
 */
export function foldCase(text: string): string {
  let hasUpperCase = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return foldLettersOnly(text);
    if (code >= 0x41 && code <= 0x5a) hasUpperCase = true;
  }
  return hasUpperCase ? text.toLowerCase() : text;
}

function foldLettersOnly(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
