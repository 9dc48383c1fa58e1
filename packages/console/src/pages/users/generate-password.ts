const CHARACTER_CLASSES = [
  'abcdefghijkmnopqrstuvwxyz',
  'ABCDEFGHJKLMNPQRSTUVWXYZ',
  '23456789',
  '!@#$%^&*_+-=',
] as const;

/** All characters: unambiguous letters and digits, and symbols without escapes in CSV files. */
const ALL_CHARACTERS = CHARACTER_CLASSES.join('');

/**
 * Generates a password of 110 bits or more with all kinds of characters, valid under every password policy of RAM.
 * @param length 20 unless the policy requires more
 * @param random returns a uniform whole number below its argument
 */
export function generatePassword(length = 20, random: (below: number) => number = randomBelow): string {
  for (;;) {
    let password = '';
    while (password.length < length) password += ALL_CHARACTERS[random(ALL_CHARACTERS.length)];
    const kinds = CHARACTER_CLASSES.every((kind) =>
      [...kind].some((character) => password.includes(character)),
    );
    // Begins with a letter, so that a spreadsheet does not treat it as a formula.
    if (kinds && /^[a-zA-Z]/.test(password)) return password;
  }
}

function randomBelow(below: number): number {
  const limit = Math.floor(0x1_0000_0000 / below) * below;
  const word = new Uint32Array(1);
  do crypto.getRandomValues(word);
  while (word[0]! >= limit);
  return word[0]! % below;
}
