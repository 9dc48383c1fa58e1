import { App, Button, Space, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useFormat } from '../../language/use-format.ts';
import { LoginProfileDialog } from './login-profile-dialog.tsx';

/** Console sign-in of a user. */
export function ConsoleSignIn({ loginName }: { readonly loginName: string }) {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const query = useCall('Ims', 'GetLoginProfile', { UserPrincipalName: loginName });
  const change = useChange();
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const isOff = query.error instanceof ApiError && query.error.code === 'EntityNotExist.User.LoginProfile';
  const profile = isOff ? undefined : query.data?.LoginProfile;
  const yesNo = (value: boolean | undefined) => t(value ? 'shell:yes' : 'shell:no');

  async function remove(): Promise<void> {
    const done = await change.run(() => call('Ims', 'DeleteLoginProfile', { UserPrincipalName: loginName }));
    if (!done) return;
    message.success(t('signIn.removed'));
    setOpen(undefined);
  }

  return (
    <section className="surface" aria-labelledby="console-sign-in">
      <div className="section-head">
        <h2 id="console-sign-in">{t('signIn.title')}</h2>
        {isOff ? (
          <Button onClick={() => setOpen('edit')}>{t('signIn.enable')}</Button>
        ) : (
          profile && (
            <Space wrap>
              <Button onClick={() => setOpen('edit')}>{t('signIn.change')}</Button>
              <Button danger onClick={() => setOpen('remove')}>
                {t('signIn.remove')}
              </Button>
            </Space>
          )
        )}
      </div>
      {query.isLoading && <Loading />}
      {isOff && <p className="quiet">{t('signIn.off')}</p>}
      {query.error && !isOff && <ErrorNotice error={query.error} retry={() => void query.refetch()} />}
      {profile && (
        <DescriptionList
          rows={[
            [
              t('signIn.status'),
              profile.Status === 'Active' ? (
                <Tag key="status" color="success">
                  {t('signIn.active')}
                </Tag>
              ) : (
                <Tag key="status">{t('signIn.inactive')}</Tag>
              ),
            ],
            [t('signIn.resetRequired'), yesNo(profile.PasswordResetRequired)],
            [t('signIn.mfaRequired'), yesNo(profile.MFABindRequired)],
            [t('column.lastSignIn'), format.moment(profile.LastLoginTime) || t('neverSignedIn')],
          ]}
        />
      )}
      {open === 'edit' && (
        <LoginProfileDialog loginName={loginName} profile={profile} onClosed={() => setOpen(undefined)} />
      )}
      <ConfirmDialog
        open={open === 'remove'}
        title={t('signIn.remove')}
        confirmText={t('signIn.remove')}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void remove()}
      >
        {t('signIn.removeText')}
      </ConfirmDialog>
    </section>
  );
}
