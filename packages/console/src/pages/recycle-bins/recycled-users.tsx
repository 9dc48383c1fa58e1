import { App, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useServerList } from '../../components/use-server-list.ts';
import { useFormat } from '../../language/use-format.ts';

type RecycledUser = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListUsersInRecycleBin'>['Users']>['User']
>[number];

/** Deleted users, to be restored or permanently deleted. */
export function RecycledUsers() {
  const { t } = useTranslation('recycle-bins');
  const format = useFormat();
  const { message } = App.useApp();
  const bin = useServerList('Ims', 'ListUsersInRecycleBin', {}, (answer) => answer.Users?.User, {
    name: 'bin-',
  });
  const restoring = useChange();
  const deleting = useChange();
  const [toDelete, setToDelete] = useState<RecycledUser>();

  const columns = useMemo<readonly Column<RecycledUser>[]>(() => {
    async function restore({ UserId }: RecycledUser): Promise<void> {
      const done = await restoring.run(() => call('Ims', 'RestoreUserFromRecycleBin', { UserId }));
      if (done) message.success(t('users.restored'));
    }
    return [
      {
        key: 'loginName',
        title: t('users.loginName'),
        text: (user) => `${user.UserPrincipalName} ${user.DisplayName ?? ''}`,
        render: (user) => (
          <>
            {user.UserPrincipalName}
            <br />
            {user.DisplayName}
          </>
        ),
      },
      {
        key: 'recycled',
        title: t('users.recycled'),
        text: (user) => format.moment(user.RecycleDate),
        sortBy: (user) => user.RecycleDate ?? '',
      },
      {
        key: 'purged',
        title: t('users.purged'),
        text: (user) => format.moment(user.DeleteDate),
        sortBy: (user) => user.DeleteDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (user) => (
          <Space wrap>
            <Button size="small" onClick={() => void restore(user)}>
              {t('users.restore')}
            </Button>
            <Button size="small" danger onClick={() => setToDelete(user)}>
              {t('users.delete')}
            </Button>
          </Space>
        ),
      },
    ];
  }, [t, format, message, restoring.run]);

  async function deleteForGood({ UserId }: RecycledUser): Promise<void> {
    const done = await deleting.run(() => call('Ims', 'DeleteUserInRecycleBin', { UserId }));
    if (!done) return;
    message.success(t('users.deleted'));
    setToDelete(undefined);
  }

  return (
    <section className="surface" aria-labelledby="recycled-users">
      <div className="section-head">
        <h2 id="recycled-users">{t('users.title')}</h2>
        <p>{t('users.text')}</p>
      </div>
      <ErrorNotice error={restoring.error} />
      <ResourceTable
        name="bin-"
        label={t('users.title')}
        list={bin}
        columns={columns}
        rowKey={(user) => user.UserId ?? ''}
        rowName={(user) => user.UserPrincipalName ?? ''}
        fileName="recycled-users"
        empty={t('users.empty')}
      />
      <ConfirmDialog
        open={toDelete !== undefined}
        title={t('users.deleteTitle')}
        confirmText={t('users.delete')}
        typed={toDelete?.UserPrincipalName ?? ''}
        running={deleting.running}
        error={deleting.error}
        onCancel={() => setToDelete(undefined)}
        onConfirm={() => toDelete && void deleteForGood(toDelete)}
      >
        {t('users.deleteText')}
      </ConfirmDialog>
    </section>
  );
}
