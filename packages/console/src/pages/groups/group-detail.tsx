import { App, Button, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { call } from '../../api/call.ts';
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
import { emptyGroup } from './empty-group.ts';
import { GroupDialog } from './group-dialog.tsx';
import { Members } from './members.tsx';

/** A group, as GetGroup answers it. */
export type Group = NonNullable<AnswerOf<'Ims', 'GetGroup'>['Group']>;

/** A group: who is in it, what its members may. */
export function Component() {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const { groupName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ims', 'GetGroup', { GroupName: groupName });
  const change = useChange();
  const [open, setOpen] = useState<'edit' | 'delete'>();
  const trail = [{ label: t('title'), to: '/groups' }];
  const group = query.data?.Group;

  async function deleteGroup(): Promise<void> {
    const done = await change.run(async () => {
      await emptyGroup(groupName);
      return call('Ims', 'DeleteGroup', { GroupName: groupName });
    });
    if (!done) return;
    message.success(t('deleted', { count: 1 }));
    void navigate('/groups');
  }

  if (group === undefined) {
    return (
      <Page title={groupName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Waiting />}
      </Page>
    );
  }
  return (
    <Page
      title={groupName}
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
            [t('field.displayName'), group.DisplayName],
            [t('field.comments'), group.Comments],
            [t('column.created'), format.moment(group.CreateDate)],
            [t('column.updated'), format.moment(group.UpdateDate)],
          ]}
        />
      </div>
      <Tabs
        activeKey={address.get('tab') ?? 'members'}
        onChange={(tab) => setAddress(tab === 'members' ? {} : { tab })}
        items={[
          { key: 'members', label: t('members.title'), children: <Members groupName={groupName} /> },
          {
            key: 'permissions',
            label: t('shell:attachedPolicies.title'),
            children: <AttachedPolicies holder={{ kind: 'group', name: groupName }} />,
          },
        ]}
      />
      {open === 'edit' && (
        <GroupDialog
          group={group}
          onClosed={() => setOpen(undefined)}
          onSaved={(name) => {
            if (name !== groupName) void navigate(`/groups/${encodeURIComponent(name)}`, { replace: true });
          }}
        />
      )}
      <ConfirmDialog
        open={open === 'delete'}
        title={t('delete')}
        confirmText={t('delete')}
        typed={groupName}
        running={change.running}
        error={change.error}
        onCancel={() => setOpen(undefined)}
        onConfirm={() => void deleteGroup()}
      >
        {t('deleteText', { count: 1, names: groupName })}
      </ConfirmDialog>
    </Page>
  );
}
