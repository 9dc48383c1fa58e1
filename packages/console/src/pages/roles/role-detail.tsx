import { Button, Space, Tabs, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { AttachedPolicies } from '../../components/attached-policies.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { RevokeSessionsButton } from '../../components/revoke-sessions.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { WrappedName } from '../../components/wrapped-name.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteRole } from './delete-role.ts';
import { RoleEditDialog } from './role-edit-dialog.tsx';
import { TrustTab } from './trust-tab.tsx';

/** Page of a role: trust policy and policies. */
export function Component() {
  const { t } = useTranslation(['roles', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { roleName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ram', 'GetRole', { RoleName: roleName });
  const deletion = useDeletion<string>({
    nameOf: (name) => name,
    remove: (name) => deleteRole(name),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
    typed: true,
    onDeleted: () => void navigate('/roles'),
  });
  const [editing, setEditing] = useState(false);
  const trail = [{ label: t('title'), to: '/roles' }];
  const role = query.data?.Role;
  // No operation but its deletion changes it: `NoPermission.LinkedRole` in the server.
  const isLinked = role?.IsServiceLinkedRole === true;

  if (role === undefined) {
    return (
      <Page title={roleName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={roleName}
      trail={trail}
      actions={
        <Space wrap>
          {isLinked && <Tag>{t('linked')}</Tag>}
          {!isLinked && <Button onClick={() => setEditing(true)}>{t('shell:edit')}</Button>}
          <RevokeSessionsButton target={{ Target: 'Role', RoleName: roleName }} name={roleName} />
          <Button danger onClick={() => deletion.ask([roleName])}>
            {t('delete')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <DescriptionList
          rows={[
            [t('field.arn'), <WrappedName key="arn" text={role.Arn ?? ''} />],
            [t('field.description'), role.Description],
            [t('field.session'), t('hours', { value: format.number((role.MaxSessionDuration ?? 0) / 3600) })],
            [t('field.console'), t(role.AllowConsoleLogin ? 'shell:yes' : 'shell:no')],
            [t('column.created'), format.moment(role.CreateDate)],
          ]}
        />
      </div>
      <Tabs
        activeKey={address.get('tab') ?? 'trust'}
        onChange={(tab) => setAddress(tab === 'trust' ? {} : { tab })}
        items={[
          { key: 'trust', label: t('trust.document'), children: <TrustTab role={role} /> },
          {
            key: 'permissions',
            label: t('shell:attachedPolicies.title'),
            children: <AttachedPolicies holder={{ kind: 'role', name: roleName }} readOnly={isLinked} />,
          },
        ]}
      />
      {editing && <RoleEditDialog role={role} onClosed={() => setEditing(false)} />}
      {deletion.dialog}
    </Page>
  );
}
