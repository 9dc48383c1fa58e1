import { PlusOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { useEveryPage } from '../../api/use-every-page.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { emptyGroup } from './empty-group.ts';
import { GroupDialog } from './group-dialog.tsx';

type Group = NonNullable<NonNullable<AnswerOf<'Ims', 'ListGroups'>['Groups']>['Group']>[number];

interface Selection {
  readonly groups: readonly Group[];
  readonly done: () => void;
}

/** The groups of the account. */
export function Component() {
  const { t } = useTranslation(['groups', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const groups = useEveryPage('Ims', 'ListGroups', { MaxItems: 1000 }, (answer) => answer.Groups?.Group);
  const change = useChange();
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<Selection>();

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

  async function deleteGroups({ groups: doomed, done }: Selection): Promise<void> {
    const deleted = await change.run(async () => {
      for (const { GroupName } of doomed) {
        await emptyGroup(GroupName ?? '');
        await call('Ims', 'DeleteGroup', { GroupName });
      }
      return true;
    });
    if (!deleted) return;
    message.success(t('deleted', { count: doomed.length }));
    setDeleting(undefined);
    done();
  }

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
              run: (rows, done) => {
                change.reset();
                setDeleting({ groups: rows, done });
              },
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
      <ConfirmDialog
        open={deleting !== undefined}
        title={t('delete')}
        confirmText={t('delete')}
        running={change.running}
        error={change.error}
        onCancel={() => setDeleting(undefined)}
        onConfirm={() => deleting && void deleteGroups(deleting)}
      >
        {t('deleteText', {
          count: deleting?.groups.length ?? 0,
          names: deleting?.groups.map((group) => group.GroupName).join(', '),
        })}
      </ConfirmDialog>
    </Page>
  );
}
