import { PlusOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { call } from '../../api/call.ts';
import type { ListedUser } from '../../api/row-types.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';
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
  const users = useServerList('Claviger', 'SearchUsers', {}, (answer) => answer.Users, { isSearched: true });
  const change = useChange();
  const [deleting, setDeleting] = useState<Selection>();
  const [grouping, setGrouping] = useState<Selection>();

  const columns = useMemo<readonly Column<ListedUser>[]>(
    () => [
      {
        key: 'user',
        title: t('column.user'),
        orderBy: 'Name',
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
        orderBy: 'LastLoginDate',
      },
      {
        key: 'created',
        title: t('column.created'),
        text: (user) => format.moment(user.CreateDate),
        orderBy: 'CreateDate',
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
          list={users}
          columns={columns}
          rowKey={(user) => user.UserId ?? ''}
          rowName={(user) => user.UserPrincipalName ?? ''}
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
