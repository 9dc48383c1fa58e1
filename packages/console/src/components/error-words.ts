/** Where the words for a code are, and what they speak of. */
export interface ErrorWords {
  /** In the catalogue `errors`, in which `_` stands for the dots of codes. */
  readonly key: string;
  /** The parameter that the code names; empty for codes that name none. */
  readonly name: string;
}

/** RAM's codes for faults of a parameter have its name within them. */
const parameterCodes: readonly (readonly [RegExp, string])[] = [
  [/^InvalidParameter\.(\w+)\.InvalidChars$/, 'InvalidParameter_InvalidChars'],
  [/^InvalidParameter\.(\w+)\.Length$/, 'InvalidParameter_Length'],
  [/^InvalidParameter\.(\w+)\.Format$/, 'InvalidParameter_Format'],
  [/^InvalidParameter\.(\w+)\.Range$/, 'InvalidParameter_Range'],
  [/^InvalidParameter\.(\w+)$/, 'InvalidParameter_Of'],
  [/^Missing(?:Parameter\.)?(\w+)$/, 'Missing'],
  [/^Invalid(\w+)$/, 'Invalid'],
];

/**
 * The words for a refusal's code: its own, or those for all codes of its kind.
 * @param exists whether the catalogue has a key
 * @returns undefined for a code without words: then the server's message has to do
 */
export function errorWords(code: string, exists: (key: string) => boolean): ErrorWords | undefined {
  const own = code.replaceAll('.', '_');
  if (exists(own)) return { key: own, name: '' };
  for (const [pattern, key] of parameterCodes) {
    const name = pattern.exec(code)?.[1];
    if (name !== undefined) return { key, name };
  }
  return undefined;
}
