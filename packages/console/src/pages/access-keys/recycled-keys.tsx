import { App, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';
import { binParameters, type KeyOwner } from './key-owner.ts';

type RecycledKey = NonNullable<
  NonNullable<AnswerOf<'Ims', 'ListAccessKeysInRecycleBin'>['AccessKeys']>['AccessKey']
>[number];

/** AccessKeys of an owner in the recycle bin, to be restored or permanently deleted. */
export function RecycledKeys({ owner }: { readonly owner: KeyOwner }) {
  const { t } = useTranslation(['access-keys', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const bin = useCall('Ims', 'ListAccessKeysInRecycleBin', binParameters(owner));
  const restoring = useChange();
  const deleting = useChange();
  const [toDelete, setToDelete] = useState<string>();

  const columns = useMemo<readonly Column<RecycledKey>[]>(() => {
    async function restore(id: string): Promise<void> {
      const done = await restoring.run(() =>
        call('Ims', 'RestoreAccessKeyFromRecycleBin', { ...binParameters(owner), UserAccessKeyId: id }),
      );
      if (done) message.success(t('bin.restored'));
    }
    return [
      {
        key: 'id',
        title: t('bin.id'),
        text: (key) => key.AccessKeyId ?? '',
        render: (key) => <span className="code">{key.AccessKeyId}</span>,
      },
      {
        key: 'recycled',
        title: t('bin.recycled'),
        text: (key) => format.moment(key.RecycleDate),
        sortBy: (key) => key.RecycleDate ?? '',
      },
      {
        key: 'purge',
        title: t('bin.purged'),
        text: (key) => format.moment(key.DeleteDate),
        sortBy: (key) => key.DeleteDate ?? '',
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (key) => (
          <Space wrap>
            <Button size="small" onClick={() => void restore(key.AccessKeyId ?? '')}>
              {t('bin.restore')}
            </Button>
            <Button size="small" danger onClick={() => setToDelete(key.AccessKeyId)}>
              {t('bin.delete')}
            </Button>
          </Space>
        ),
      },
    ];
  }, [t, format, message, owner, restoring.run]);

  async function deleteForGood(id: string): Promise<void> {
    const done = await deleting.run(() =>
      call('Ims', 'DeleteAccessKeyInRecycleBin', { ...binParameters(owner), UserAccessKeyId: id }),
    );
    if (!done) return;
    message.success(t('bin.deleted'));
    setToDelete(undefined);
  }

  return (
    <section className="surface" aria-labelledby="recycled-keys">
      <div className="section-head">
        <h2 id="recycled-keys">{t('bin.title')}</h2>
        <p>{t('bin.text')}</p>
      </div>
      <ErrorNotice error={restoring.error} />
      <ResourceTable
        name="bin-"
        label={t('bin.title')}
        rows={bin.data?.AccessKeys?.AccessKey ?? []}
        columns={columns}
        rowKey={(key) => key.AccessKeyId ?? ''}
        rowName={(key) => key.AccessKeyId ?? ''}
        loading={bin.isLoading}
        error={bin.error}
        refetch={() => void bin.refetch()}
        searchable={false}
        empty={t('bin.empty')}
      />
      <ConfirmDialog
        open={toDelete !== undefined}
        title={t('bin.deleteTitle')}
        confirmText={t('bin.delete')}
        typed={toDelete ?? ''}
        running={deleting.running}
        error={deleting.error}
        onCancel={() => setToDelete(undefined)}
        onConfirm={() => toDelete && void deleteForGood(toDelete)}
      >
        {t('bin.deleteText')}
      </ConfirmDialog>
    </section>
  );
}
