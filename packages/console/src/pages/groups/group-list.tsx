import { PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { AnswerOf } from '../../api/operations.ts';
import { useEveryPage } from '../../api/use-every-page.ts';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useDeletion } from '../../components/use-deletion.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { deleteGroup } from './delete-group.ts';
import { GroupDialog } from './group-dialog.tsx';

type Group = NonNullable<NonNullable<AnswerOf<'Ims', 'ListGroups'>['Groups']>['Group']>[number];

/** Page of the groups of the account. */
export function Component() {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const groups = useEveryPage('Ims', 'ListGroups', { MaxItems: 100 }, (answer) => answer.Groups?.Group);
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
        sortBy: (group) => group.CreateDate ?? '',
      },
    ],
    [t, format],
  );

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          rows={groups.rows}
          columns={columns}
          rowKey={(group) => group.GroupName ?? ''}
          rowName={(group) => group.GroupName ?? ''}
          loading={groups.isLoading}
          error={groups.error}
          refetch={groups.refetch}
          readOn={groups.readOn}
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
