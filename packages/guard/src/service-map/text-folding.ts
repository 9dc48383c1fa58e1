/** ASCII has one spelling for everything except its letters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * Returns one spelling for all texts that some server considers equal without regard to case. Upper case
 * first: it turns `ſ` into `S` and `ı` into `I`, as databases and file systems do that compare in upper case.
 */
export function foldAll(text: string): string {
  return text.toUpperCase().toLowerCase();
}

/**
 * Returns why a service could read a value as another one than policies do.
 *
 * Policies compare code points. Services often store names in Unicode's normalization form C, so that a value
 * in another form finds the same entry. If a service folds case, policies fold A to Z as every service does;
 * the treatment of other letters (`ß`, `İ`, the Kelvin sign) differs between services.
 *
 * @param value decoded
 * @param isCaseSensitive whether the service distinguishes letter case
 * @returns what follows "has in `path.name`"; undefined if unambiguous
 */
export function foldingProblem(value: string, isCaseSensitive: boolean): string | undefined {
  if (ASCII.test(value)) return undefined;
  if (value.normalize('NFC') !== value) {
    return "a text that is not in Unicode's normalization form C, to which some servers convert it";
  }
  if (isCaseSensitive) return undefined;
  for (const character of value) {
    if (ASCII.test(character)) continue;
    if (character.toLowerCase() !== character || character.toUpperCase() !== character) {
      return `the letter \`${character}\`: some servers ignore the case of letters beyond A to Z, others do not`;
    }
  }
  return undefined;
}
