/** Key of a translated error message. */
export interface ErrorMessageKey {
  /** Key in the catalogue `errors`, with `_` for each dot of the code. */
  readonly key: string;
  /** Parameter that the code names; empty if none. */
  readonly name: string;
}

/** Codes of RAM that contain the name of an invalid parameter. */
const PARAMETER_CODES: readonly (readonly [RegExp, string])[] = [
  [/^InvalidParameter\.(\w+)\.InvalidChars$/, 'InvalidParameter_InvalidChars'],
  [/^InvalidParameter\.(\w+)\.Length$/, 'InvalidParameter_Length'],
  [/^InvalidParameter\.(\w+)\.Format$/, 'InvalidParameter_Format'],
  [/^InvalidParameter\.(\w+)\.Range$/, 'InvalidParameter_Range'],
  [/^InvalidParameter\.(\w+)$/, 'InvalidParameter_Of'],
  [/^Missing(?:Parameter\.)?(\w+)$/, 'Missing'],
  [/^Invalid(\w+)$/, 'Invalid'],
];

/**
 * Returns the message key for an error code: its own, or that of its kind.
 * @param exists whether the catalogue has a key
 * @returns undefined for an unknown code, for which the server's message is shown
 */
export function errorMessageKey(code: string, exists: (key: string) => boolean): ErrorMessageKey | undefined {
  const own = code.replaceAll('.', '_');
  if (exists(own)) return { key: own, name: '' };
  for (const [pattern, key] of PARAMETER_CODES) {
    const name = pattern.exec(code)?.[1];
    if (name !== undefined) return { key, name };
  }
  return undefined;
}
