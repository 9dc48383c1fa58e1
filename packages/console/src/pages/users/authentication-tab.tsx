import { AccessKeySection } from '../access-keys/access-key-section.tsx';
import { ConsoleSignIn } from './console-sign-in.tsx';
import { MfaDevice } from './mfa-device.tsx';
import { UserPasskeys } from './user-passkeys.tsx';

/** Authentication settings of a user: console sign-in and AccessKeys. */
export function AuthenticationTab({
  userId,
  loginName,
}: {
  readonly userId: string;
  readonly loginName: string;
}) {
  return (
    <>
      <ConsoleSignIn loginName={loginName} />
      <MfaDevice loginName={loginName} />
      <AccessKeySection owner={{ kind: 'user', userId, loginName }} />
      <UserPasskeys loginName={loginName} />
    </>
  );
}
