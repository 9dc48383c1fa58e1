/**
 * What Claviger is called towards SAML identity providers: the names of RAM's role-based SSO, so that a provider set
 * up for RAM needs no change. An assertion still names the account's own role and provider, so that none for
 * another account of the cloud is of use here.
 */
export const samlServiceProvider = {
  audiences: ['urn:alibaba:cloudcomputing', 'urn:alibaba:cloudcomputing:international'],
  /** Where a provider sends its responses. */
  recipients: ['https://signin.aliyun.com/saml-role/sso', 'https://signin.alibabacloud.com/saml-role/sso'],
} as const;

/** The attributes of an assertion that are RAM's. */
export const samlAttributes = {
  role: 'https://www.aliyun.com/SAML-Role/Attributes/Role',
  sessionName: 'https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName',
  sessionDuration: 'https://www.aliyun.com/SAML-Role/Attributes/SessionDuration',
} as const;
