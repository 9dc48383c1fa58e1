import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteGroup } from './delete-group.ts';
import { GroupDialog } from './group-dialog.tsx';

type Group = NonNullable<AnswerOf<'Claviger', 'SearchGroups'>['Groups']>[number];

/** Page of the groups of the account. */
export function Component() {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const groups = useServerList('Claviger', 'SearchGroups', {}, (answer) => answer.Groups, {
    isSearched: true,
  });
  const [creating, setCreating] = useState(false);
  const deletion = useDeletion<Group>({
    nameOf: ({ GroupName = '' }) => GroupName,
    remove: ({ GroupName = '' }) => deleteGroup(GroupName),
    title: t('delete'),
    text: (count, names) => t('deleteText', { count, names }),
    done: (count) => t('deleted', { count }),
  });

  const columns = useMemo<readonly Column<Group>[]>(
    () => [
      {
        key: 'name',
        title: t('field.name'),
        orderBy: 'Name',
        text: (group) => group.GroupName ?? '',
        render: (group) => (
          <Link to={`/groups/${encodeURIComponent(group.GroupName ?? '')}`}>{group.GroupName}</Link>
        ),
      },
      { key: 'displayName', title: t('field.displayName'), text: (group) => group.DisplayName ?? '' },
      { key: 'comments', title: t('field.comments'), text: (group) => group.Comments ?? '' },
      {
        key: 'created',
        title: t('column.created'),
        text: (group) => format.moment(group.CreateDate),
        orderBy: 'CreateDate',
      },
    ],
    [t, format],
  );

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setCreating(true)}>
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          list={groups}
          columns={columns}
          rowKey={(group) => group.GroupName ?? ''}
          rowName={(group) => group.GroupName ?? ''}
          fileName="groups"
          bulkActions={[
            {
              key: 'delete',
              label: t('delete'),
              danger: true,
              run: deletion.ask,
            },
          ]}
        />
      </div>
      {creating && (
        <GroupDialog
          onClosed={() => setCreating(false)}
          onSaved={(name) => void navigate(`/groups/${encodeURIComponent(name)}`)}
        />
      )}
      {deletion.dialog}
    </Page>
  );
}
