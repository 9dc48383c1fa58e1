import { Button, Space, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { useCall } from '../../api/use-call.ts';
import { AttachedPolicies } from '../../components/attached-policies.tsx';
import { DescriptionList } from '../../components/description-list.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteGroup } from './delete-group.ts';
import { GroupDialog } from './group-dialog.tsx';
import { Members } from './members.tsx';

/** Page of a group: members and policies. */
export function Component() {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { groupName = '' } = useParams();
  const [address, setAddress] = useSearchParams();
  const query = useCall('Ims', 'GetGroup', { GroupName: groupName });
  const deletion = useDeletion<string>({
    nameOf: (name) => name,
    remove: (name) => deleteGroup(name),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
    typed: true,
    onDeleted: () => void navigate('/groups'),
  });
  const [editing, setEditing] = useState(false);
  const trail = [{ label: t('title'), to: '/groups' }];
  const group = query.data?.Group;

  if (group === undefined) {
    return (
      <Page title={groupName} trail={trail}>
        {query.error ? <ErrorNotice error={query.error} retry={() => void query.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return (
    <Page
      title={groupName}
      trail={trail}
      actions={
        <Space wrap>
          <Button onClick={() => setEditing(true)}>{t('shell:edit')}</Button>
          <Button danger onClick={() => deletion.ask([groupName])}>
            {t('delete')}
          </Button>
        </Space>
      }
    >
      <div className="surface">
        <DescriptionList
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
      {editing && (
        <GroupDialog
          group={group}
          onClosed={() => setEditing(false)}
          onSaved={(name) => {
            if (name !== groupName) void navigate(`/groups/${encodeURIComponent(name)}`, { replace: true });
          }}
        />
      )}
      {deletion.dialog}
    </Page>
  );
}
