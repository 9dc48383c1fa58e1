import { Button, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { call } from '../../api/call.ts';
import { useCall } from '../../api/use-call.ts';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AppSecrets } from './app-secrets.tsx';
import { ApplicationDialog, scopeNames } from './application-dialog.tsx';
import { Provisioning } from './provisioning.tsx';

/** Page of an application: scopes, secrets, and provisioning in this account. */
export function Component() {
  const { t } = useTranslation(['applications', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { appId = '' } = useParams();
  const query = useCall('Ims', 'GetApplication', { AppId: appId });
  const deletion = useDeletion<string>({
    nameOf: (name) => name,
    remove: () => call('Ims', 'DeleteApplication', { AppId: appId }),
    title: t('deleteTitle'),
    text: () => t('deleteText'),
    done: () => t('deleted'),
    typed: true,
    onDeleted: () => void navigate('/applications'),
  });
  const [editing, setEditing] = useState(false);
  const trail = [{ label: t('title'), to: '/applications' }];
  const application = query.data?.Application;

  if (application === undefined) {
    return (
      <Page title={t('application')} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />}
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
          <Button onClick={() => setEditing(true)}>{t('shell:edit')}</Button>
          <Button danger onClick={() => deletion.ask([name])}>
            {t('shell:delete')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <DescriptionList
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
      {editing && <ApplicationDialog application={application} onClosed={() => setEditing(false)} />}
      {deletion.dialog}
    </Page>
  );
}
