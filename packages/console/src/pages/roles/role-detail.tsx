import { App, Button, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { AttachedPolicies } from '../../components/attached-policies.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Facts } from '../../components/facts.tsx';
import { Waiting } from '../../components/waiting.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteRole } from './delete-role.ts';
import { RoleEditDialog } from './role-edit-dialog.tsx';
import { TrustTab } from './trust-tab.tsx';

/** A role, as GetRole answers it. */
export type Role = NonNullable<AnswerOf<'Ram', 'GetRole'>['Role']>;

/** A role: who may take it on, what it may. */
export function Component() {
  const { t } = useTranslation(['roles', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { roleName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ram', 'GetRole', { RoleName: roleName });
  const change = useChange();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const trail = [{ label: t('title'), to: '/roles' }];
  const role = query.data?.Role;

  async function remove(): Promise<void> {
    const done = await change.run(async () => {
      await deleteRole(roleName);
      return true;
    });
    if (!done) return;
    message.success(t('deleted', { count: 1 }));
    void navigate('/roles');
  }

  if (role === undefined) {
    return (
      <Page title={roleName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  return (
    <Page
      title={roleName}
      trail={trail}
      actions={
        <Space wrap>
          <Button onClick={() => setOpen('edit')}>{t('shell:edit')}</Button>
          <Button danger onClick={() => setOpen('delete')}>
            {t('delete')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <Facts
          rows={[
            [
              t('field.arn'),
              <span key="arn" className="code">
                {role.Arn}
              </span>,
            ],
            [t('field.description'), role.Description],
            [t('field.session'), t('hours', { value: format.number((role.MaxSessionDuration ?? 0) / 3600) })],
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
            children: <AttachedPolicies holder={{ kind: 'role', name: roleName }} />,
          },
        ]}
      />
      {open === 'edit' && <RoleEditDialog role={role} onClosed={() => setOpen(undefined)} />}
      <ConfirmDialog
        open={open === 'delete'}
        title={t('delete')}
        confirmText={t('delete')}
        typed={roleName}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void remove()}
      >
        {t('deleteText', { count: 1, names: roleName })}
      </ConfirmDialog>
    </Page>
  );
}
