import { PlusOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { call } from '../../api/call.ts';
import { useChange } from '../../api/use-change.ts';
import { type ListedUser, useUsers } from '../../api/use-users.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { Page } from '../../layout/page.tsx';
import { AddToGroupsDialog } from './add-to-groups-dialog.tsx';

interface Selection {
  readonly users: readonly ListedUser[];
  readonly done: () => void;
}

/** Page of the RAM users of the account. */
export function Component() {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const [address] = useSearchParams();
  const users = useUsers(address.get('q') ?? '');
  const change = useChange();
  const [deleting, setDeleting] = useState<Selection>();
  const [grouping, setGrouping] = useState<Selection>();

  const columns = useMemo<readonly Column<ListedUser>[]>(
    () => [
      {
        key: 'user',
        title: t('column.user'),
        text: (user) => `${user.UserPrincipalName} ${user.DisplayName ?? ''}`,
        render: (user) => (
          <>
            <Link to={`/users/${user.UserId}`}>{user.UserPrincipalName}</Link>
            <br />
            {user.DisplayName}
          </>
        ),
      },
      { key: 'id', title: t('column.id'), text: (user) => user.UserId ?? '' },
      { key: 'comments', title: t('column.comments'), text: (user) => user.Comments ?? '' },
      {
        key: 'lastSignIn',
        title: t('column.lastSignIn'),
        text: (user) => format.moment(user.LastLoginDate) || t('neverSignedIn'),
        sortBy: (user) => user.LastLoginDate ?? '',
      },
      {
        key: 'created',
        title: t('column.created'),
        text: (user) => format.moment(user.CreateDate),
        sortBy: (user) => user.CreateDate ?? '',
      },
    ],
    [t, format],
  );

  async function deleteUsers({ users: toDelete, done }: Selection): Promise<void> {
    const deleted = await change.run(async () => {
      for (const { UserId } of toDelete) await call('Ims', 'DeleteUser', { UserId });
      return true;
    });
    if (!deleted) return;
    message.success(t('deleted', { count: toDelete.length }));
    setDeleting(undefined);
    done();
  }

  return (
    <Page
      title={t('title')}
      description={t('lead')}
      actions={
        <Button
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          onClick={() => void navigate('/users/new')}
        >
          {t('create')}
        </Button>
      }
    >
      <div className="surface">
        <ResourceTable
          label={t('title')}
          rows={users.rows}
          columns={columns}
          rowKey={(user) => user.UserId ?? ''}
          rowName={(user) => user.UserPrincipalName ?? ''}
          loading={users.isLoading}
          error={users.error}
          refetch={users.refetch}
          readOn={users.readOn}
          fileName="users"
          searchPlaceholder={t('search')}
          bulkActions={[
            {
              key: 'groups',
              label: t('addToGroups.title'),
              run: (rows, done) => setGrouping({ users: rows, done }),
            },
            {
              key: 'delete',
              label: t('deleteUser'),
              danger: true,
              run: (rows, done) => {
                change.reset();
                setDeleting({ users: rows, done });
              },
            },
          ]}
        />
      </div>
      <ConfirmDialog
        open={deleting !== undefined}
        title={t('deleteTitle')}
        confirmText={t('deleteConfirm')}
        running={change.running}
        error={change.error}
        onCancel={() => setDeleting(undefined)}
        onConfirm={() => deleting && void deleteUsers(deleting)}
      >
        {t('deleteText', {
          count: deleting?.users.length ?? 0,
          names: deleting?.users.map((user) => user.UserPrincipalName).join(', '),
        })}
      </ConfirmDialog>
      {grouping && (
        <AddToGroupsDialog
          loginNames={grouping.users.map((user) => user.UserPrincipalName ?? '')}
          onClosed={() => setGrouping(undefined)}
          onAdded={grouping.done}
        />
      )}
    </Page>
  );
}
