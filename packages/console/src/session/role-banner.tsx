import { SwapOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { call } from '../api/call.ts';
import { useChange } from '../api/use-change.ts';
import { ErrorNotice } from '../components/error-notice.tsx';
import { useFormat } from '../language/use-format.ts';
import { useSession } from './use-session.ts';

/** Banner of a session that acts as a role: which role, of which account, and the way back to the user. */
export function RoleBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const change = useChange();
  const { Principal: role, SwitchedFrom: user, RoleEnded: ended, RoleExpiresAt: until } = useSession();
  if (user === undefined) return null;

  async function back(): Promise<void> {
    const done = await change.run(() => call('Claviger', 'SwitchBack', {}));
    // Everything on the page belongs to the role.
    if (done) window.location.assign('/');
  }

  return (
    <section aria-label={t('switchRole.banner')} className="role-banner">
      <Alert
        type={ended ? 'error' : 'warning'}
        showIcon
        title={t(ended ? 'switchRole.ended' : 'switchRole.acting', {
          role: role.RoleName,
          account: role.AccountId,
          until: format.moment(until),
        })}
        action={
          <Button icon={<SwapOutlined aria-hidden />} loading={change.running} onClick={() => void back()}>
            {t('switchRole.back', { user: user.LoginName })}
          </Button>
        }
      />
      <ErrorNotice error={change.error} />
    </section>
  );
}
