import { allowOnItself } from './own-resource.ts';

/** Policy of the setting AllowUserToChangePassword: an additional Allow, which an explicit Deny overrides. */
export const SELF_CHANGED_PASSWORD_POLICY = allowOnItself('AllowUserToChangePassword', [
  'ram:ChangePassword',
]);
