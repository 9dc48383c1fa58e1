import { allowOnItself } from './own-resource.ts';

/** What the setting AllowUserToChangePassword stands for: one more Allow, which an explicit Deny wins over. */
export const selfChangedPasswordPolicy = allowOnItself('AllowUserToChangePassword', ['ram:ChangePassword']);
