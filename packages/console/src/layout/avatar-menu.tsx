import {
  ClockCircleOutlined,
  DownOutlined,
  KeyOutlined,
  LogoutOutlined,
  SafetyOutlined,
  SwapOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Avatar, Button, Dropdown } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { call } from '../api/call.ts';
import { sessionEnded } from '../api/query-client.ts';
import { RootKeyWarning } from '../session/root-key-warning.tsx';
import { SwitchRoleDialog } from '../session/switch-role-dialog.tsx';
import { useSession } from '../session/use-session.ts';
import { TimeZoneDialog } from './time-zone-dialog.tsx';

/** Menu of the signed-in principal: AccessKeys, security settings, sign-out. */
export function AvatarMenu() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { Principal: principal } = useSession();
  const [warning, setWarning] = useState(false);
  const [switching, setSwitching] = useState(false);
  const [choosingZone, setChoosingZone] = useState(false);
  const [open, setOpen] = useState(false);
  const chosenAt = useRef(Number.NEGATIVE_INFINITY);
  const isRoot = principal.Type === 'root';
  const isUser = principal.Type === 'ram-user';
  const name = isRoot
    ? t('avatar.root')
    : principal.RoleName || principal.DisplayName || principal.UserName || principal.LoginName;

  async function signOut(): Promise<void> {
    try {
      await call('Claviger', 'SignOut', {});
    } finally {
      sessionEnded('signed-out');
    }
  }

  const actions: Readonly<Record<string, () => void>> = {
    'access-keys': () => (isRoot ? setWarning(true) : void navigate('/access-keys')),
    account: () => void navigate('/account'),
    'switch-role': () => setSwitching(true),
    'time-zone': () => setChoosingZone(true),
    'sign-out': () => void signOut(),
  };

  return (
    <>
      <Dropdown
        trigger={['hover', 'click']}
        placement="bottomRight"
        open={open}
        // The pointer is still over the menu and would open it again.
        onOpenChange={(next) => setOpen(next && performance.now() - chosenAt.current > 500)}
        menu={{
          items: [
            {
              key: 'who',
              type: 'group',
              label: (
                <span>
                  <strong>{principal.LoginName}</strong>
                  <br />
                  {t('avatar.accountId')}: {principal.AccountId}
                </span>
              ),
            },
            { type: 'divider' },
            // The banner leads back from a role, which has neither AccessKeys nor a password.
            ...(isRoot || isUser
              ? ([
                  { key: 'access-keys', icon: <KeyOutlined aria-hidden />, label: t('avatar.accessKey') },
                  { key: 'account', icon: <SafetyOutlined aria-hidden />, label: t('avatar.security') },
                ] as const)
              : []),
            // The account root can assume no role.
            ...(isUser
              ? [{ key: 'switch-role', icon: <SwapOutlined aria-hidden />, label: t('avatar.switchRole') }]
              : []),
            { key: 'time-zone', icon: <ClockCircleOutlined aria-hidden />, label: t('timeZone.title') },
            { type: 'divider' },
            { key: 'sign-out', icon: <LogoutOutlined aria-hidden />, label: t('avatar.signOut') },
          ],
          onClick: ({ key }) => {
            chosenAt.current = performance.now();
            setOpen(false);
            actions[key]?.();
          },
        }}
      >
        <Button type="text" aria-label={`${t('avatar.label')}: ${name}`} className="avatar-button">
          <Avatar
            size={28}
            icon={<UserOutlined aria-hidden />}
            className={isRoot ? 'avatar-root' : 'avatar-user'}
          />
          <span className="wide-only">{name}</span>
          <DownOutlined aria-hidden className="avatar-arrow" />
        </Button>
      </Dropdown>
      {choosingZone && <TimeZoneDialog onClosed={() => setChoosingZone(false)} />}
      {switching && <SwitchRoleDialog onClosed={() => setSwitching(false)} />}
      <RootKeyWarning
        open={warning}
        onCancel={() => setWarning(false)}
        onContinue={() => {
          setWarning(false);
          void navigate('/access-keys', { state: { rootWarningSeen: true } });
        }}
      />
    </>
  );
}
