import { App, Button, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AppSecrets } from './app-secrets.tsx';
import { ApplicationDialog, scopeNames } from './application-dialog.tsx';
import { Provisioning } from './provisioning.tsx';

/** An application: what it may ask for, its secrets, and whether it is let into this account. */
export function Component() {
  const { t } = useTranslation(['applications', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { appId = '' } = useParams();
  const query = useCall('Ims', 'GetApplication', { AppId: appId });
  const change = useChange();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const trail = [{ label: t('title'), to: '/applications' }];
  const application = query.data?.Application;

  async function remove(): Promise<void> {
    const done = await change.run(() => call('Ims', 'DeleteApplication', { AppId: appId }));
    if (!done) return;
    message.success(t('deleted'));
    void navigate('/applications');
  }

  if (application === undefined) {
    return (
      <Page title={t('application')} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  const name = application.DisplayName ?? '';
  return (
    <Page
      title={name}
      trail={trail}
      actions={
        <Space wrap>
          <Button onClick={() => setOpen('edit')}>{t('shell:edit')}</Button>
          <Button danger onClick={() => setOpen('delete')}>
            {t('shell:delete')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <Facts
          rows={[
            [t('field.id'), application.AppId],
            [t('field.type'), application.AppType],
            [t('field.redirectUris'), (application.RedirectUris?.RedirectUri ?? []).join(', ')],
            [t('field.scopes'), scopeNames(application).join(', ')],
            [t('field.created'), format.moment(application.CreateDate)],
            [t('field.multiTenant'), t(application.IsMultiTenant ? 'shell:yes' : 'shell:no')],
          ]}
        />
      </div>
      <AppSecrets appId={appId} />
      <Provisioning appId={appId} scopes={scopeNames(application)} />
      {open === 'edit' && <ApplicationDialog application={application} onClosed={() => setOpen(undefined)} />}
      <ConfirmDialog
        open={open === 'delete'}
        title={t('deleteTitle')}
        confirmText={t('shell:delete')}
        typed={name}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void remove()}
      >
        {t('deleteText')}
      </ConfirmDialog>
    </Page>
  );
}
