/** Something that clients get wrong when they sign, as a change to how a request is signed. */
export interface Mistake<Recipe> {
  /** What it changes: a client makes one mistake about each thing. */
  readonly about: string;
  /** As the end of a sentence: the client … */
  readonly what: string;
  readonly make: (recipe: Recipe) => Recipe;
}

/** Those that a client may have signed, or a proxy have changed. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Finds the one or two mistakes with which a recipe gives the signature that was sent. Hash functions see to it that
 * nothing is found by chance.
 *
 * @param recipe how the request is signed rightly
 * @param holds whether a recipe gives the signature that was sent
 * @returns what the client does, or nothing when none of the known mistakes explains the signature
 */
export function findMistakes<Recipe>(
  recipe: Recipe,
  mistakes: readonly Mistake<Recipe>[],
  holds: (recipe: Recipe) => boolean,
): readonly string[] {
  const made = mistakes.map((mistake) => ({ mistake, recipe: mistake.make(recipe) }));
  for (const { mistake, recipe: wrong } of made) {
    if (holds(wrong)) return [mistake.what];
  }
  for (const { mistake: first, recipe: wrong } of made) {
    for (const second of mistakes) {
      if (first.about !== second.about && holds(second.make(wrong))) return [first.what, second.what];
    }
  }
  return [];
}

/**
 * One mistake, by the parts of a recipe that it changes.
 *
 * @param about what it changes
 * @param what the client does
 */
export function mistake<Recipe>(
  about: string,
  what: string,
  change: (recipe: Recipe) => Partial<Recipe>,
): Mistake<Recipe> {
  return { about, what, make: (recipe) => ({ ...recipe, ...change(recipe) }) };
}

/** What happens to secrets on their way into a program, whatever the scheme. */
export function secretMistakes<Recipe extends { readonly secret: string }>(): Mistake<Recipe>[] {
  const changed = (what: string, change: (secret: string) => string): Mistake<Recipe> => ({
    about: 'secret',
    what,
    make: (recipe) => ({ ...recipe, secret: change(recipe.secret) }),
  });
  return [
    changed('signs with the secret and a line feed behind it', (secret) => `${secret}\n`),
    changed('signs with the secret and a carriage return behind it', (secret) => `${secret}\r`),
    changed('signs with the secret and a blank behind it', (secret) => `${secret} `),
    changed('signs with the secret and a blank before it', (secret) => ` ${secret}`),
    changed('signs with the secret in double quotes', (secret) => `"${secret}"`),
    changed('signs with the secret in single quotes', (secret) => `'${secret}'`),
    changed('signs with the secret without the blanks around it', (secret) => secret.trim()),
  ];
}
