/** What we are called towards a provider: for whom its assertions are, and where they are shown. */
export interface SamlServiceProvider {
  readonly audiences: readonly string[];
  readonly recipients: readonly string[];
}

/**
 * What Claviger is called towards SAML identity providers: the names of RAM's role-based SSO, so that a provider set
 * up for RAM needs no change. An assertion still names the account's own role and provider, so that none for
 * another account of the cloud is of use here.
 */
export const samlServiceProvider = {
  audiences: ['urn:alibaba:cloudcomputing', 'urn:alibaba:cloudcomputing:international'],
  /** Where a provider sends its responses. */
  recipients: ['https://signin.aliyun.com/saml-role/sso', 'https://signin.alibabacloud.com/saml-role/sso'],
} as const satisfies SamlServiceProvider;

/** The attributes of an assertion that are RAM's. */
export const samlAttributes = {
  role: 'https://www.aliyun.com/SAML-Role/Attributes/Role',
  sessionName: 'https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName',
  sessionDuration: 'https://www.aliyun.com/SAML-Role/Attributes/SessionDuration',
} as const;

/**
 * What the console is called towards the provider through which an account's users sign in: its own address, and the
 * names of RAM's user-based SSO. Both name the account, so that an assertion for one is of no use to another.
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
    // Where the browser really shows it: one that was meant for the cloud does not open this console.
    recipients: [address],
  };
}
