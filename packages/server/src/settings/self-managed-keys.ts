/** All actions on AccessKeys, their recycle bin and their network policy. */
const KEY_ACTIONS = [
  'ram:CreateAccessKey',
  'ram:ListAccessKeys',
  'ram:UpdateAccessKey',
  'ram:DeleteAccessKey',
  'ram:GetAccessKeyLastUsed',
  'ram:SetAccessKeyPolicy',
  'ram:GetAccessKeyPolicy',
  'ram:ListAccessKeysInRecycleBin',
  'ram:GetAccessKeyInfoInRecycleBin',
  'ram:RestoreAccessKeyFromRecycleBin',
  'ram:DeleteAccessKeyInRecycleBin',
];

/**
 * Policy of the setting AllowUserToManageAccessKeys: an additional Allow for the user's own keys, which an explicit
 * Deny overrides. Its text is the same for all users, so that users with the same policies share one compiled set.
 */
export const SELF_MANAGED_KEYS_POLICY: { readonly name: string; readonly text: string } = {
  name: 'AllowUserToManageAccessKeys',
  text: JSON.stringify({
    Version: '1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
    Statement: [{ Effect: 'Allow', Action: KEY_ACTIONS, Resource: '${acs:PrincipalARN}' }],
  }),
};
