import { App, Button, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { call } from '../../api/call.ts';
import type { User } from '../../api/row-types.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { RevokeSessionsButton } from '../../components/revoke-sessions.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AuthenticationTab } from './authentication-tab.tsx';
import { GroupsTab } from './groups-tab.tsx';
import { PermissionsTab } from './permissions-tab.tsx';
import { UserEditDialog } from './user-edit-dialog.tsx';

/** Page of a RAM user: profile, authentication, groups, permissions. */
export function Component() {
  const { t } = useTranslation(['users', 'shell']);
  const { userId = '' } = useParams();
  const query = useCall('Ims', 'GetUser', { UserId: userId });
  const trail = [{ label: t('title'), to: '/users' }];
  if (query.data?.User === undefined) {
    return (
      <Page title={t('detail.title')} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return <UserPage user={query.data.User} trail={trail} />;
}

function UserPage({
  user,
  trail,
}: {
  readonly user: User;
  readonly trail: readonly { readonly label: string; readonly to: string }[];
}) {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [address, setAddress] = useSearchParams();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const change = useChange();
  const loginName = user.UserPrincipalName ?? '';
  const userId = user.UserId ?? '';

  async function deleteUser(): Promise<void> {
    const done = await change.run(() => call('Ims', 'DeleteUser', { UserId: userId }));
    if (!done) return;
    message.success(t('deleted', { count: 1 }));
    void navigate('/users');
  }

  return (
    <Page
      title={loginName}
      trail={trail}
      actions={
        <Space wrap>
          <Button onClick={() => setOpen('edit')}>{t('shell:edit')}</Button>
          <RevokeSessionsButton target={{ Target: 'User', UserPrincipalName: loginName }} name={loginName} />
          <Button danger onClick={() => setOpen('delete')}>
            {t('deleteUser')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <DescriptionList
          rows={[
            [t('field.displayName'), user.DisplayName],
            [
              t('column.id'),
              <span key="id" className="code">
                {userId}
              </span>,
            ],
            [t('field.email'), user.Email],
            [t('field.mobile'), user.MobilePhone],
            [t('column.comments'), user.Comments],
            [t('column.created'), format.moment(user.CreateDate)],
            [t('column.lastSignIn'), format.moment(user.LastLoginDate) || t('neverSignedIn')],
          ]}
        />
      </div>
      <Tabs
        className="space-above"
        activeKey={address.get('tab') ?? 'authentication'}
        onChange={(tab) => setAddress(tab === 'authentication' ? {} : { tab })}
        items={[
          {
            key: 'authentication',
            label: t('tab.authentication'),
            children: <AuthenticationTab userId={userId} loginName={loginName} />,
          },
          { key: 'groups', label: t('tab.groups'), children: <GroupsTab loginName={loginName} /> },
          {
            key: 'permissions',
            label: t('tab.permissions'),
            children: <PermissionsTab loginName={loginName} />,
          },
        ]}
      />
      {open === 'edit' && <UserEditDialog user={user} onClosed={() => setOpen(undefined)} />}
      <ConfirmDialog
        open={open === 'delete'}
        title={t('deleteTitle')}
        confirmText={t('deleteConfirm')}
        typed={loginName}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void deleteUser()}
      >
        {t('deleteText', { count: 1, names: loginName })}
      </ConfirmDialog>
    </Page>
  );
}
