/** ASCII has one spelling for everything but its letters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/**
 * One spelling for all texts that some server takes for the same without regard to case. Upper case first: it is what
 * turns `ſ` into `S` and `ı` into `I`, as databases and file systems do that compare in upper case.
 */
export function foldAll(text: string): string {
  return text.toUpperCase().toLowerCase();
}

/**
 * What in a value could make a service take it for another one than policies do.
 *
 * Policies compare code points. Services often store names in Unicode's normalization form C, so that a value in
 * another form finds the same thing under another name. Where a service folds case, policies fold A to Z as every
 * service does; what happens to other letters (`ß`, `İ`, the Kelvin sign) differs from service to service.
 *
 * @param value decoded
 * @param isCaseSensitive whether the service tells upper from lower case
 * @returns what follows "has in `path.name`"; undefined when there is nothing
 */
export function foldingProblem(value: string, isCaseSensitive: boolean): string | undefined {
  if (ASCII.test(value)) return undefined;
  if (value.normalize('NFC') !== value) {
    return "a text that is not in Unicode's normalization form C, which some servers bring it into";
  }
  if (isCaseSensitive) return undefined;
  for (const character of value) {
    if (ASCII.test(character)) continue;
    if (character.toLowerCase() !== character || character.toUpperCase() !== character) {
      return `the letter \`${character}\`: the case of letters beyond A to Z is ignored here by some servers and not by others`;
    }
  }
  return undefined;
}
