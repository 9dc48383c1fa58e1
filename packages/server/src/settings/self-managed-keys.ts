/** Everything that can be done with AccessKeys, their recycle bin and their network restriction. */
const keyActions = [
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
 * What the setting AllowUserToManageAccessKeys stands for: one more Allow, for the user's own keys only, so
 * that an administrator's explicit Deny wins over it like over any other. It is the same text for every user, so that
 * users with the same policies go on sharing one compiled set.
 */
export const selfManagedKeysPolicy: { readonly name: string; readonly text: string } = {
  name: 'AllowUserToManageAccessKeys',
  text: JSON.stringify({
    Version: '1',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy language
    Statement: [{ Effect: 'Allow', Action: keyActions, Resource: '${acs:PrincipalARN}' }],
  }),
};
