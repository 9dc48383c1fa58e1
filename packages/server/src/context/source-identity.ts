/** Form of a source identity: of `SourceIdentity` of AssumeRole, and of the attribute of a SAML assertion. */
export const SOURCE_IDENTITY = { minimum: 2, maximum: 64, format: /^[\w+=,.@-]+$/ } as const;

/** Returns whether a text can be a source identity. */
export function isSourceIdentity(text: string): boolean {
  const { minimum, maximum, format } = SOURCE_IDENTITY;
  return text.length >= minimum && text.length <= maximum && format.test(text);
}
