/** Names of this service provider towards an identity provider: audiences and recipients of its assertions. */
export interface SamlServiceProvider {
  readonly audiences: readonly string[];
  readonly recipients: readonly string[];
}

/**
 * Claviger as a SAML service provider: the names of RAM's role-based SSO, so that a provider configured for RAM
 * needs no change. An assertion names the account's own role and provider, so that assertions for other accounts of
 * the cloud are of no use here.
 */
export const SAML_SERVICE_PROVIDER = {
  audiences: ['urn:alibaba:cloudcomputing', 'urn:alibaba:cloudcomputing:international'],
  /** Addresses to which a provider posts its responses. */
  recipients: ['https://signin.aliyun.com/saml-role/sso', 'https://signin.alibabacloud.com/saml-role/sso'],
} as const satisfies SamlServiceProvider;

/** RAM's attributes of an assertion. */
export const SAML_ATTRIBUTES = {
  role: 'https://www.aliyun.com/SAML-Role/Attributes/Role',
  sessionName: 'https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName',
  /**
   * RAM sets the source identity of a session by an attribute; its name follows the scheme of the others.
   * @see RAM's guide, "Use SourceIdentity for role assumption traceability and access control"
   */
  sourceIdentity: 'https://www.aliyun.com/SAML-Role/Attributes/SourceIdentity',
  sessionDuration: 'https://www.aliyun.com/SAML-Role/Attributes/SessionDuration',
} as const;

/**
 * Returns the console as service provider of user-based SSO: its own address, and the names of RAM's user-based
 * SSO. Both contain the account id, so that an assertion for one account is of no use to another.
 * @param origin of the console: `https://keys.example.com`
 */
export function consoleServiceProvider(
  origin: string,
  accountId: string,
): SamlServiceProvider & { readonly entityId: string; readonly address: string } {
  const address = `${origin}/saml/sign-in/${accountId}`;
  return {
    entityId: `${origin}/saml/metadata/${accountId}`,
    address,
    audiences: [
      `${origin}/saml/metadata/${accountId}`,
      `https://signin.aliyun.com/${accountId}/saml/SSO`,
      `https://signin.alibabacloud.com/${accountId}/saml/SSO`,
    ],
    // The address to which the browser really posts it: an assertion for the cloud does not open this console.
    recipients: [address],
  };
}
