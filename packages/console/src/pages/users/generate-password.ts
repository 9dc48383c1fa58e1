const classes = [
  'abcdefghijkmnopqrstuvwxyz',
  'ABCDEFGHJKLMNPQRSTUVWXYZ',
  '23456789',
  '!@#$%^&*_+-=',
] as const;

/** Letters and digits that are hard to mistake for others, and symbols that need no escape in a CSV file. */
const all = classes.join('');

/**
 * A password with all kinds of characters, which every password policy of RAM takes: 110 bits or more.
 * @param length 20 unless the policy asks for more
 * @param random picks a whole number below its argument, without bias
 */
export function generatePassword(length = 20, random: (below: number) => number = randomBelow): string {
  for (;;) {
    let password = '';
    while (password.length < length) password += all[random(all.length)];
    const kinds = classes.every((kind) => [...kind].some((character) => password.includes(character)));
    // A spreadsheet must not take it for a formula.
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
