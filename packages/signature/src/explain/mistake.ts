/** Known mistake of signing clients, as a change to the inputs of the signature. */
export interface Mistake<Recipe> {
  /** Part that it changes; two mistakes about the same part are not combined. */
  readonly about: string;
  /** Predicate of a sentence: the client … */
  readonly what: string;
  readonly make: (recipe: Recipe) => Recipe;
}

/** Methods that a client may have signed, or a proxy may have changed. */
export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * Finds the one or two mistakes under which a recipe gives the sent signature. Hash functions rule out a
 * match by chance.
 *
 * @param recipe inputs of the correct signature
 * @param holds whether a recipe gives the sent signature
 * @returns what the client does; empty when no known mistake explains the signature
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
 * Creates a mistake from the parts of a recipe that it changes.
 *
 * @param about part that it changes
 * @param what what the client does
 */
export function mistake<Recipe>(
  about: string,
  what: string,
  change: (recipe: Recipe) => Partial<Recipe>,
): Mistake<Recipe> {
  return { about, what, make: (recipe) => ({ ...recipe, ...change(recipe) }) };
}

/** Mistakes in passing a secret to a program, whatever the scheme. */
export function secretMistakes<Recipe extends { readonly secret: string }>(): Mistake<Recipe>[] {
  const changed = (what: string, change: (secret: string) => string): Mistake<Recipe> => ({
    about: 'secret',
    what,
    make: (recipe) => ({ ...recipe, secret: change(recipe.secret) }),
  });
  return [
    changed('signs with the secret and a line feed after it', (secret) => `${secret}\n`),
    changed('signs with the secret and a carriage return after it', (secret) => `${secret}\r`),
    changed('signs with the secret and a blank after it', (secret) => `${secret} `),
    changed('signs with the secret and a blank before it', (secret) => ` ${secret}`),
    changed('signs with the secret in double quotes', (secret) => `"${secret}"`),
    changed('signs with the secret in single quotes', (secret) => `'${secret}'`),
    changed('signs with the secret without the blanks around it', (secret) => secret.trim()),
  ];
}
