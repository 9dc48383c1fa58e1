import { arn } from '../accounts/arn.ts';

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
 * that an administrator's explicit Deny wins over it like over any other.
 */
export function selfManagedKeysPolicy(
  accountId: string,
  userName: string,
): { readonly name: string; readonly text: string } {
  return {
    name: 'AllowUserToManageAccessKeys',
    text: JSON.stringify({
      Version: '1',
      Statement: [{ Effect: 'Allow', Action: keyActions, Resource: arn.user(accountId, userName) }],
    }),
  };
}
