import { App, Button } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { call } from '../../api/call.ts';
import type { AnswerOf } from '../../api/operations.ts';
import { useCall } from '../../api/use-call.ts';
import { useChange } from '../../api/use-change.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, ResourceTable } from '../../components/resource-table.tsx';
import { useFormat } from '../../language/use-format.ts';

type Passkey = NonNullable<AnswerOf<'Ims', 'ListPasskeys'>['Passkeys']>[number];

/** Converts seconds since the epoch, which RAM uses here. */
function instantOf(seconds: string | undefined): string {
  return seconds ? new Date(Number(seconds) * 1000).toISOString() : '';
}

/**
 * List of the passkeys of a user. Only the user can register them, in the security settings.
 * @param loginName absent for the caller
 * @param actions next to the heading
 */
export function UserPasskeys({
  loginName,
  actions,
}: {
  readonly loginName?: string;
  readonly actions?: React.ReactNode;
}) {
  const { t } = useTranslation(['users', 'shell']);
  const format = useFormat();
  const { message } = App.useApp();
  const owner = loginName === undefined ? {} : { UserPrincipalName: loginName };
  const query = useCall('Ims', 'ListPasskeys', owner);
  const change = useChange();
  const [toDelete, setToDelete] = useState<Passkey>();

  const columns = useMemo<readonly Column<Passkey>[]>(
    () => [
      { key: 'name', title: t('passkey.name'), text: (passkey) => passkey.PasskeyName ?? '' },
      {
        key: 'created',
        title: t('column.created'),
        text: (passkey) => format.moment(instantOf(passkey.CreateDate)),
        sortBy: (passkey) => Number(passkey.CreateDate ?? 0),
      },
      {
        key: 'used',
        title: t('passkey.lastUsed'),
        text: (passkey) => format.moment(instantOf(passkey.LastUseDate)) || t('passkey.neverUsed'),
        sortBy: (passkey) => Number(passkey.LastUseDate || 0),
      },
      {
        key: 'actions',
        title: '',
        text: () => '',
        sortBy: false,
        render: (passkey) => (
          <Button size="small" danger onClick={() => setToDelete(passkey)}>
            {t('shell:delete')}
          </Button>
        ),
      },
    ],
    [t, format],
  );

  async function remove(): Promise<void> {
    const done = await change.run(() =>
      call('Ims', 'DeletePasskey', { ...owner, PasskeyId: toDelete?.PasskeyId }),
    );
    if (!done) return;
    message.success(t('passkey.deleted'));
    setToDelete(undefined);
  }

  return (
    <section className="surface" aria-labelledby="passkeys">
      <div className="section-head">
        <h2 id="passkeys">{t('passkey.title')}</h2>
        {actions}
      </div>
      <ResourceTable
        name="passkey-"
        label={t('passkey.title')}
        rows={query.data?.Passkeys ?? []}
        columns={columns}
        rowKey={(passkey) => passkey.PasskeyId ?? ''}
        rowName={(passkey) => passkey.PasskeyName ?? ''}
        loading={query.isLoading}
        error={query.error}
        refetch={() => void query.refetch()}
        searchable={false}
        empty={t('passkey.none')}
      />
      <ConfirmDialog
        open={toDelete !== undefined}
        title={t('passkey.deleteTitle')}
        confirmText={t('shell:delete')}
        running={change.running}
        error={change.error}
        onCancel={() => setToDelete(undefined)}
        onConfirm={() => void remove()}
      >
        {t('passkey.deleteText', { name: toDelete?.PasskeyName })}
      </ConfirmDialog>
    </section>
  );
}
